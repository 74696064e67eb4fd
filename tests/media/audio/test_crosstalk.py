"""Echoes are told from speech by how loudness moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from media.audio.crosstalk import without_echoes
from media.audio.levels import BANDS, FRAME_MS, STEPS_PER_DB, Loudness
from media.audio.speech import Span

QUIET_DB = 10.0
Decibels = NDArray[np.float64]


def talk(seconds: float, seed: int, spans: list[tuple[float, float]] | None = None) -> Decibels:
    """Loudness that moves as speech does: syllables of some 200 ms, each with its own colour."""
    chance = np.random.default_rng(seed)
    frames = round(seconds * 1000 / FRAME_MS)
    level = np.full((frames, BANDS), QUIET_DB)
    for start, end in spans or [(0, seconds)]:
        at = round(start * 1000 / FRAME_MS)
        while at < round(end * 1000 / FRAME_MS):
            length = int(chance.integers(5, 14))
            stop = min(at + length, round(end * 1000 / FRAME_MS))
            shape = np.hanning(length + 2)[1:-1][: stop - at, None]
            level[at:stop] += shape * chance.uniform(15, 50, BANDS)
            at = stop
    return level


def later(level: Decibels, delay_ms: int, quieter_db: float) -> Decibels:
    delay = delay_ms // FRAME_MS
    moved = np.full_like(level, QUIET_DB)
    moved[delay:] = level[: len(level) - delay]
    return np.maximum(moved - quieter_db, QUIET_DB)


def kept(level: Decibels) -> Loudness:
    return np.round(level * STEPS_PER_DB).astype(np.uint8)


def together(*levels: Decibels) -> Decibels:
    """Powers add."""
    return np.asarray(10 * np.log10(sum(10 ** (level / 10) for level in levels)))


@pytest.mark.parametrize("delay_ms", [0, 60, 300, 900])
@pytest.mark.parametrize("quieter_db", [8, 15])
def test_a_quieter_later_copy_is_no_speech(delay_ms: int, quieter_db: float) -> None:
    voice = talk(6, seed=1, spans=[(1, 5)])
    copy = later(voice, delay_ms, quieter_db)
    heard = [Span(1_000 + delay_ms, 5_000 + delay_ms)]

    assert without_echoes(kept(copy), heard, [kept(voice)]) == []


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
