"""Speech becomes turns."""

import itertools
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from app.turns.detection import DetectedTurn, Segment, TurnRules, detect

RULES = TurnRules(bridge_pause_ms=700, backchannel_max_ms=1000, minimum_ms=100)


def segments(draw_end: int = 20_000) -> st.SearchStrategy[Segment]:
    return st.builds(
        lambda start, length: Segment(start, start + length),
        st.integers(0, draw_end),
        st.integers(0, 4_000),
    )


SPEECH = st.dictionaries(st.sampled_from("abc"), st.lists(segments(), max_size=12), max_size=3)


def test_a_pause_is_bridged_up_to_its_limit_and_not_beyond() -> None:
    speech = {"a": [Segment(0, 2000), Segment(2700, 4000), Segment(4701, 6000)]}

    assert detect(speech, RULES) == [DetectedTurn("a", 0, 4000), DetectedTurn("a", 4701, 6000)]


def test_overlaps_are_kept() -> None:
    speech = {"a": [Segment(0, 5000)], "b": [Segment(4000, 8000)]}

    assert detect(speech, RULES) == [DetectedTurn("a", 0, 5000), DetectedTurn("b", 4000, 8000)]


def test_a_short_sound_inside_another_s_turn_is_a_backchannel() -> None:
    speech = {"a": [Segment(0, 5000)], "b": [Segment(2000, 2600)]}

    assert [turn.is_backchannel for turn in detect(speech, RULES)] == [False, True]


def test_a_short_turn_that_outlasts_the_other_is_none() -> None:
    speech = {"a": [Segment(0, 5000)], "b": [Segment(4800, 5400)]}

    assert [turn.is_backchannel for turn in detect(speech, RULES)] == [False, False]


def test_a_longer_one_inside_is_none() -> None:
    speech = {"a": [Segment(0, 5000)], "b": [Segment(1000, 2001)]}

    assert [turn.is_backchannel for turn in detect(speech, RULES)] == [False, False]


def test_of_two_equal_ones_one_holds_the_floor() -> None:
    speech = {"a": [Segment(0, 500)], "b": [Segment(0, 500)]}

    assert sorted(turn.is_backchannel for turn in detect(speech, RULES)) == [False, True]


def test_a_click_is_no_turn() -> None:
    assert detect({"a": [Segment(0, 99)]}, RULES) == []


@given(SPEECH)
def test_the_order_of_segments_and_people_changes_nothing(
    speech: Mapping[str, Sequence[Segment]],
) -> None:
    backwards = {user: list(reversed(own)) for user, own in reversed(list(speech.items()))}

    assert sorted(detect(speech, RULES), key=str) == sorted(detect(backwards, RULES), key=str)


@given(SPEECH)
def test_turns_are_apart_in_order_and_cover_all_speech_that_is_long_enough(
    speech: Mapping[str, Sequence[Segment]],
) -> None:
    turns = detect(speech, RULES)

    assert turns == sorted(turns, key=lambda turn: turn.start_ms)
    for user, own in speech.items():
        mine = [turn for turn in turns if turn.user == user]
        gaps = [b.start_ms - a.end_ms for a, b in itertools.pairwise(mine)]
        assert all(gap > RULES.bridge_pause_ms for gap in gaps)
        assert all(turn.end_ms - turn.start_ms >= RULES.minimum_ms for turn in mine)
        for segment in own:
            if segment.end_ms - segment.start_ms >= RULES.minimum_ms:
                assert any(
                    t.start_ms <= segment.start_ms and segment.end_ms <= t.end_ms for t in mine
                )


@given(SPEECH)
def test_a_backchannel_is_short_and_inside_a_turn_that_is_none(
    speech: Mapping[str, Sequence[Segment]],
) -> None:
    turns = detect(speech, RULES)

    for turn in turns:
        inside = [
            other
            for other in turns
            if other.user != turn.user
            and not other.is_backchannel
            and other.start_ms <= turn.start_ms
            and turn.end_ms <= other.end_ms
        ]
        short = turn.end_ms - turn.start_ms <= RULES.backchannel_max_ms
        assert not turn.is_backchannel or (short and inside)


spans = st.lists(
    st.tuples(st.integers(0, 60_000), st.integers(1, 6_000)).map(
        lambda pair: Segment(pair[0], pair[0] + pair[1])
    ),
    max_size=8,
)


@given(segments=spans, judged=spans)
def test_where_people_judged_nothing_is_proposed(
    segments: list[Segment], judged: list[Segment]
) -> None:
    for turn in detect({"a": segments}, RULES, {"a": judged}):
        assert not any(w.start_ms < turn.end_ms and turn.start_ms < w.end_ms for w in judged)


@given(segments=spans, far=st.integers(100_000, 200_000))
def test_a_judgement_elsewhere_changes_nothing(segments: list[Segment], far: int) -> None:
    wall = Segment(far, far + 1_000)
    assert detect({"a": segments}, RULES, {"a": [wall]}) == detect({"a": segments}, RULES)


def test_no_pause_is_bridged_over_what_was_judged() -> None:
    segments = [Segment(0, 1_000), Segment(1_400, 3_000)]
    assert len(detect({"a": segments}, RULES)) == 1
    found = detect({"a": segments}, RULES, {"a": [Segment(1_100, 1_300)]})
    assert [(t.start_ms, t.end_ms) for t in found] == [(0, 1_000), (1_400, 3_000)]
    found = detect({"a": segments}, RULES, {"a": [Segment(500, 1_200), Segment(2_000, 2_500)]})
    assert [(t.start_ms, t.end_ms) for t in found] == [(0, 500), (1_400, 2_000), (2_500, 3_000)]


def test_a_short_turn_inside_what_stands_is_a_back_channel() -> None:
    held = [DetectedTurn("b", 0, 5_000)]
    (found,) = detect({"a": [Segment(1_000, 1_500)]}, RULES, None, held)
    assert found == DetectedTurn("a", 1_000, 1_500, is_backchannel=True)
    held = [DetectedTurn("b", 0, 5_000, is_backchannel=True)]
    (found,) = detect({"a": [Segment(1_000, 1_500)]}, RULES, None, held)
    assert not found.is_backchannel
