"""Echoes are told from speech by how loudness moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.audio.crosstalk import without_echoes
from media.audio.levels import BANDS, FRAME_MS
from media.audio.speech import Span
from tests.fixtures.loudness import QUIET_DB, kept, later, talk, together


@pytest.mark.parametrize("delay_ms", [0, 60, 300, 900])
@pytest.mark.parametrize("quieter_db", [8, 15])
def test_a_quieter_later_copy_is_no_speech(delay_ms: int, quieter_db: float) -> None:
    voice = talk(6, seed=1, spans=[(1, 5)])
    copy = later(voice, delay_ms, quieter_db)
    heard = [Span(1_000 + delay_ms, 5_000 + delay_ms)]

    assert without_echoes(kept(copy), heard, [kept(voice)]) == []


def test_a_copy_that_wavers_is_no_speech() -> None:
    """As bands of few partials do in a room."""
    voice = talk(6, seed=1, spans=[(1, 5)])
    copy = later(voice, 240, 14) + np.random.default_rng(1).normal(0, 4, voice.shape)

    assert without_echoes(kept(copy.clip(0)), [Span(1_240, 5_240)], [kept(voice)]) == []


def test_the_original_is_not_taken_for_the_copy() -> None:
    voice = talk(6, seed=1, spans=[(1, 5)])
    copy = later(voice, 200, 12)

    assert without_echoes(kept(voice), [Span(1_000, 5_000)], [kept(copy)]) == [Span(1_000, 5_000)]


def test_who_speaks_at_the_same_time_is_left_alone() -> None:
    spans = [Span(500, 5_500)]

    assert without_echoes(kept(talk(6, seed=1)), spans, [kept(talk(6, seed=2))]) == spans


def test_a_word_over_an_echo_is_kept_and_the_echo_is_not() -> None:
    """Somebody in whose microphone another is heard says something short in the middle."""
    voice, own = talk(6, seed=1, spans=[(1, 5)]), talk(6, seed=2, spans=[(3, 3.4)])
    heard = together(later(voice, 240, 20), own)

    (word,) = without_echoes(kept(heard), [Span(1_240, 5_240)], [kept(voice)])

    assert word.start_ms == pytest.approx(3_000, abs=120)
    assert word.end_ms == pytest.approx(3_400, abs=120)


def test_of_two_in_one_room_the_louder_one_speaks() -> None:
    voice = talk(6, seed=3, spans=[(1, 5)])
    beside = later(voice, 0, 6)
    spans = [Span(1_000, 5_000)]

    assert without_echoes(kept(beside), spans, [kept(voice)]) == []
    assert without_echoes(kept(voice), spans, [kept(beside)]) == spans


def test_an_echo_of_two_who_speak_at_once_is_known() -> None:
    first, second = talk(6, seed=4, spans=[(1, 4)]), talk(6, seed=5, spans=[(3.5, 5.5)])
    heard = together(later(first, 200, 14), later(second, 200, 14))
    others = [kept(first), kept(second)]

    left = without_echoes(kept(heard), [Span(1_200, 5_700)], others)

    assert sum(span.end_ms - span.start_ms for span in left) < 450


@pytest.mark.parametrize("softer_db", [6, 9])
def test_a_word_reaches_to_its_soft_ends(softer_db: int) -> None:
    """The echo lies 15 dB below; the word's first and last 100 ms hardly above it."""
    voice = talk(6, seed=1, spans=[(1, 5)])
    echo = later(voice, 240, 20)
    heard = echo.copy()
    heard[145:180] += softer_db / 2
    heard[150:175] += 25

    (word,) = without_echoes(kept(heard), [Span(1_240, 5_240)], [kept(voice)])

    assert word.start_ms == pytest.approx(2_900, abs=60)
    assert word.end_ms == pytest.approx(3_600, abs=60)


def test_who_says_too_little_to_be_known_comes_out_of_the_same_loudspeaker() -> None:
    """Two have been heard out of it at length; a third one nods."""
    first, second = talk(12, seed=4, spans=[(1, 4)]), talk(12, seed=5, spans=[(4.5, 8)])
    third = talk(12, seed=6, spans=[(9, 9.3)])
    heard = kept(together(*(later(each, 200, 14) for each in (first, second, third))))
    spans = [Span(1_200, 4_200), Span(4_700, 8_200), Span(9_200, 9_500)]

    assert without_echoes(heard, spans, [kept(each) for each in (first, second, third)]) == []


def test_a_room_is_heard_where_something_was_sent() -> None:
    """An echo drowns in noise; before and after it nothing is sent, as browsers do."""
    voice = talk(6, seed=1, spans=[(1, 5)])
    heard = np.maximum(later(voice, 200, 14), QUIET_DB + 12)
    heard[:50] = heard[275:] = 0

    assert without_echoes(kept(heard), [Span(1_000, 5_400)], [kept(voice)]) == []


@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 1_000),
    st.integers(1, 40),
    st.integers(12, 30),
    st.integers(100, 200),
    st.integers(15, 60),
)
def test_what_is_well_above_an_echo_is_kept_whatever_it_is(
    seed: int, delay: int, quieter_db: int, first: int, length: int
) -> None:
    voice = talk(6, seed, spans=[(0.5, 5.5)])
    echo = later(voice, delay * FRAME_MS, quieter_db)
    heard = echo.copy()
    heard[first : first + length] = later(voice, delay * FRAME_MS, 0)[first : first + length] + 20
    spans = [Span(500 + delay * FRAME_MS, 5_900)]

    left = without_echoes(kept(heard), spans, [kept(voice)])

    frames = np.zeros(len(heard), bool)
    for span in left:
        frames[span.start_ms // FRAME_MS : span.end_ms // FRAME_MS] = True
    assert frames[first : first + length].mean() > 0.8


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 3_000)), max_size=4),
    st.integers(0, 3),
    st.integers(0, 2**32 - 1),
)
def test_what_is_kept_lies_within_what_was_heard_in_order(
    drawn: list[tuple[int, int]], others: int, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    ends, spans = 0, []
    for gap, length in drawn:
        spans.append(Span(ends + gap, ends + gap + length))
        ends = spans[-1].end_ms
    levels = [
        chance.integers(0, 140, (int(chance.integers(0, 500)), BANDS)).astype(np.uint8)
        for _ in range(others + 1)
    ]
    left = without_echoes(levels[0], spans, levels[1:])

    assert left == sorted(left, key=lambda span: span.start_ms)
    for span in left:
        assert span.start_ms < span.end_ms
        assert any(s.start_ms <= span.start_ms and span.end_ms <= s.end_ms for s in spans)
    if not others:
        assert left == spans
