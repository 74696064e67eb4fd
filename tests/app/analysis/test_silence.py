"""Silence, overlap and passages: by hand, moment by moment and against pympi, with the facilitator
and without."""

import itertools
from dataclasses import replace

import numpy as np
import pympi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.silence import KINDS, Kind, Speech, passages, speech
from app.analysis.table import Talk
from app.kit.intervals import Interval
from tests.app.analysis.meetings import drawn, hand, people, talk, talks

PYMPI = {
    "P": Kind.PAUSE,
    "G": Kind.GAP,
    "O": Kind.OVERLAP_BETWEEN,
    "W": Kind.OVERLAP_WITHIN,
}
Found = tuple[Kind, int, int, int, int]


def passages_of(table: Talk, *, others: bool = False) -> list[Found]:
    """Kind, start, end, before, after."""
    found = passages(table.rows().floor(), table)
    chosen = ~found.is_led if others else np.ones(len(found.kind), dtype=np.bool_)
    columns = (found.kind, found.start_ms, found.end_ms, found.before, found.after)
    rows = zip(*(column[chosen].tolist() for column in columns), strict=True)
    return [(KINDS[kind], start, end, before, after) for kind, start, end, before, after in rows]


def speech_in(table: Talk) -> Speech:
    return speech(table.rows(), table)


def test_passages_by_hand() -> None:
    assert passages_of(hand()) == [
        (Kind.OVERLAP_BETWEEN, 3_500, 4_000, 0, 1),
        (Kind.GAP, 7_000, 7_000, 1, 0),
        (Kind.GAP, 9_000, 9_500, 0, 2),
        (Kind.OVERLAP_BETWEEN, 12_000, 13_000, 2, 3),
        (Kind.GAP, 14_800, 16_000, 3, 0),
        (Kind.OVERLAP_WITHIN, 17_000, 18_500, 0, 0),
    ]
    assert passages_of(hand(), others=True) == [(Kind.OVERLAP_BETWEEN, 12_000, 13_000, 2, 3)]


def test_an_overlap_with_the_facilitator_is_not_among_the_others() -> None:
    """J1 goes on as before, but it was the facilitator who spoke meanwhile."""
    rows = [(1, 0, 5_000, False), (0, 2_000, 3_000, False)]
    table = talk(people(3, 9_000), 9_000, rows)
    assert passages_of(table) == [(Kind.OVERLAP_WITHIN, 2_000, 3_000, 1, 1)]
    assert passages_of(table, others=True) == []


def test_two_who_begin_together_after_a_silence_are_neither() -> None:
    table = talk(
        people(2, 9_000), 9_000,
        [(0, 0, 1_000, False), (0, 3_000, 5_000, False), (1, 3_000, 8_000, False)],
    )  # fmt: skip
    assert passages_of(table) == [(Kind.MIXED, 1_000, 5_000, 0, 1)]


def test_the_same_one_after_a_silence_paused() -> None:
    table = talk(people(2, 9_000), 9_000, [(0, 0, 1_000, False), (0, 3_000, 5_000, False)])
    assert passages_of(table) == [(Kind.PAUSE, 1_000, 3_000, 0, 0)]


def test_one_who_goes_on_at_once_has_not_paused() -> None:
    table = talk(people(2, 9_000), 9_000, [(0, 0, 1_000, False), (0, 1_000, 5_000, False)])
    assert passages_of(table) == []


Sides = list[list[tuple[int, int]]]


@st.composite
def dialogues(draw: st.DrawFn) -> Sides:
    """Two people, each with turns that do not touch; no two edges at the same moment, where the
    oracle's order of equal times would decide and not the method."""
    sides: Sides = []
    for side in range(2):
        edges = sorted(draw(st.sets(st.integers(0, 400), min_size=2, max_size=24)))
        times = [20 * edge + 10 * side + 10 for edge in edges[: len(edges) // 2 * 2]]
        sides.append(list(zip(times[::2], times[1::2], strict=True)))
    return sides


def by_pympi(sides: Sides) -> set[tuple[Kind, int, int]]:
    eaf = pympi.Eaf()
    for number, turns in enumerate(sides, start=1):
        eaf.add_tier(f"s{number}")
        for start, end in turns:
            eaf.add_annotation(f"s{number}", start, end)
    found = eaf.get_gaps_and_overlaps2("s1", "s2")
    return {(PYMPI[kind[0]], start, end) for start, end, kind in found}


@given(dialogues())
def test_two_speakers_as_pympi_sees_them(sides: Sides) -> None:
    rows = [(who, start, end, False) for who, own in enumerate(sides) for start, end in own]
    mine = passages_of(talk(people(2, 9_000), 9_000, rows))
    assert {each[:3] for each in mine} == by_pympi(sides)


LATER = 20_000


@settings(max_examples=50, deadline=None)
@given(dialogues(), dialogues(), st.integers(9_000, 19_000))
def test_two_talks_with_the_facilitator_between_as_pympi_sees_each(
    one: Sides, two: Sides, led_ms: int
) -> None:
    """The facilitator speaks for a second after the first and before the second."""
    later = [[(start + LATER, end + LATER) for start, end in own] for own in two]
    rows = [
        (who + 1, start, end, False)
        for sides in (one, later)
        for who, own in enumerate(sides)
        for start, end in own
    ]
    table = talk(people(3, 30_000), 30_000, [*rows, (0, led_ms, led_ms + 1_000, False)])
    mine = passages_of(table, others=True)
    assert {each[:3] for each in mine} == by_pympi(one) | by_pympi(later)


def test_shares_of_the_time_by_hand() -> None:
    """Nobody: 9–9.5 and 14.8–16 = 1.7 s. Several: 3.5–4, 5–5.6 (a back-channel is speech), 12–13,
    17–18.5 = 3.6 s. One: the rest of 20 s."""
    found = speech_in(hand()).everyone
    assert (found.silence[0], found.overlap[0]) == pytest.approx((1.7 / 20, 3.6 / 20))
    assert found.single[0] == pytest.approx(14.7 / 20)


def test_shares_without_the_facilitator_by_hand() -> None:
    """F has the floor 0–4, 7–9 and 16–20: of 20 s 10 are left, 4–7 and 9–16. In them nobody speaks
    9–9.5 and 14.8–16 = 1.7 s; several 5–5.6 and 12–13 = 1.6 s; one the rest, 6.7 s. The longest
    silence is 14.8–16, before F; between two of the others there is none."""
    found = speech_in(hand())
    assert [float(each[0]) for each in found.others] == pytest.approx([0.17, 0.67, 0.16])
    assert (found.longest_ms[0], found.longest_others_ms[0]) == (1_200, 0)


def test_the_facilitators_back_channel_is_neither_speech_nor_floor() -> None:
    """J1 speaks for 6 of 10 s, F says "mm" in it, and once after it."""
    backs = [(0, 2_000, 2_500, True), (0, 7_000, 7_500, True)]
    found = speech_in(talk(people(2, 10_000), 10_000, [(1, 0, 6_000, False), *backs]))
    assert [float(each[0]) for each in found.others] == pytest.approx([0.4, 0.6, 0])
    assert [float(each[0]) for each in found.everyone] == pytest.approx([0.35, 0.6, 0.05])


def test_an_empty_meeting_is_silent() -> None:
    table = talk(people(2, 500), 500, [])
    assert speech_in(table).everyone.silence == 1
    assert passages_of(table) == []


def test_no_time_has_no_shares() -> None:
    """Nothing was recorded, or the facilitator has the floor from beginning to end."""
    nothing = replace(hand(), unrecorded=(Interval(0, 20_000),))
    assert np.isnan([each[0] for each in speech_in(nothing).everyone]).all()
    alone = speech_in(talk(people(2, 500), 500, [(0, 0, 500, False)]))
    assert alone.everyone.single == 1
    assert np.isnan([each[0] for each in alone.others]).all()


@given(talks())
def test_shares_of_the_time_as_counted_moment_by_moment(table: Talk) -> None:
    found = speech_in(table)
    led = table.facilitators[table.speaker]
    edges = sorted({0, table.length_ms, *table.start_ms.tolist(), *table.end_ms.tolist()})
    counted = {"everyone": [0, 0, 0], "others": [0, 0, 0]}
    for start, end in itertools.pairwise(edges):
        now = (table.start_ms <= start) & (table.end_ms >= end)
        counted["everyone"][min(2, int(now.sum()))] += end - start
        if not (now & led & ~table.is_backchannel).any():
            counted["others"][min(2, int((now & ~led).sum()))] += end - start
    for name, parts in counted.items():
        whole = sum(parts)
        mine = [float(each[0]) for each in getattr(found, name)]
        assert mine == pytest.approx([part / whole for part in parts]) if whole else np.isnan(mine)


def test_a_drawn_meeting_has_every_kind_but_the_rarest() -> None:
    """Back-channels taken for turns, too."""
    kinds = {KINDS[kind] for kind in passages(drawn(1).rows(), drawn(1)).kind.tolist()}
    assert {Kind.GAP, Kind.OVERLAP_BETWEEN, Kind.OVERLAP_WITHIN} <= kinds
