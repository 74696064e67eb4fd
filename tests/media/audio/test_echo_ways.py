"""The way of an echo is found: who, how late, how much quieter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.audio.echo_ways import EARLIEST, EchoRules, Stretch, Way, room, ways
from media.audio.levels import BANDS, FRAME_MS, Loudness
from media.audio.speech import Span
from tests.fixtures.loudness import QUIET_DB, kept, later, talk, together

RULES = EchoRules()


def stretch(start_s: float, end_s: float) -> Stretch:
    start_ms, end_ms = round(start_s * 1000), round(end_s * 1000)
    return Stretch(Span(start_ms, end_ms), start_ms // FRAME_MS, end_ms // FRAME_MS)


def found(heard: Loudness, spans: list[Stretch], *others: Loudness) -> list[list[Way]]:
    return ways(heard, spans, others, RULES)


@pytest.mark.parametrize("delay_ms", [0, 180, 420, 980])
@pytest.mark.parametrize("quieter_db", [6, 15])
def test_delay_and_gain_of_an_echo(delay_ms: int, quieter_db: float) -> None:
    voice, other = talk(8, seed=1, spans=[(1, 5)]), talk(8, seed=2, spans=[(1, 5)])
    echo = kept(later(voice, delay_ms, quieter_db))

    (known,) = found(echo, [stretch(1.2, 4.8)], kept(other), kept(voice))

    assert known
    assert {(way.source, way.delay * FRAME_MS) for way in known} == {(1, delay_ms)}
    assert np.median([way.gain for way in known]) == pytest.approx(-quieter_db, abs=1)


@pytest.mark.parametrize("reach_db", [12, 16])
def test_an_echo_is_known_in_noise_that_hides_most_of_it(reach_db: float) -> None:
    """What noise hides in the copy is not asked of it."""
    voice = talk(6, seed=3, spans=[(1, 5)])
    copy = later(voice, 200, 14)
    noisy = np.maximum(copy, copy.max() - reach_db)

    (known,) = found(kept(noisy), [stretch(1.2, 5.2)], kept(voice))

    assert known
    assert {way.delay * FRAME_MS for way in known} == {200}
    assert min(way.likeness for way in known) > 0.9


def test_who_speaks_alone_or_at_once_with_a_louder_one_is_no_echo() -> None:
    own, other = talk(6, seed=1), talk(6, seed=2) + 6

    assert found(kept(own), [stretch(0.5, 5.5)], kept(other)) == [[]]
    assert found(kept(own), [stretch(0.5, 5.5)]) == [[]]


def test_a_hum_explains_nothing() -> None:
    hum = np.full((300, BANDS), 100.0)

    assert found(kept(talk(6, seed=1)), [stretch(0.5, 5.5)], kept(hum)) == [[]]


@pytest.mark.parametrize(("after_s", "remembered"), [(3, True), (30, False)])
def test_a_way_is_remembered_for_a_while(after_s: int, remembered: bool) -> None:
    voice = talk(5 + after_s + 2, seed=4, spans=[(1, 5)])
    echo = together(later(voice, 200, 14), talk(len(voice) / 50, 5, [(5 + after_s, 6 + after_s)]))

    _, later_on = found(
        kept(echo), [stretch(1.2, 5.2), stretch(5 + after_s, 6 + after_s)], kept(voice)
    )

    assert bool(later_on) == remembered


@pytest.mark.parametrize("known", [1, 2])
def test_once_two_came_out_of_a_loudspeaker_everybody_does(known: int) -> None:
    first, second = talk(10, seed=4, spans=[(1, 4)]), talk(10, seed=5, spans=[(4.5, 8)])
    echoes = [later(each, 200, 14) for each in (first, second)[:known]]
    silent = kept(np.full_like(first, QUIET_DB))
    spans = [stretch(1.2, 4.2), stretch(4.7, 8.2)][:known]

    *_, last = found(kept(together(*echoes)), spans, kept(first), kept(second), silent)

    assert {way.source for way in last} == ({0, 1, 2} if known == 2 else {0})
    for way in last:
        assert way.delay * FRAME_MS == pytest.approx(200, abs=EARLIEST * FRAME_MS)
        assert way.gain.mean() == pytest.approx(-14, abs=1)


def test_what_was_not_sent_tells_nothing_of_the_room() -> None:
    level = np.full((300, BANDS), QUIET_DB)
    level[40:290] = 0

    assert room(kept(level), 100, 200).tolist() == [QUIET_DB] * BANDS
    assert room(kept(np.zeros((300, BANDS))), 100, 200).tolist() == [0] * BANDS


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.integers(0, 12), st.integers(1, 400))
def test_no_way_is_longer_or_louder_than_can_be(
    seed: int, people: int, shift: int, length: int
) -> None:
    chance = np.random.default_rng(seed)
    voices = [chance.integers(0, 140, (400, BANDS)).astype(np.uint8) for _ in range(people)]
    heard = np.zeros((400, BANDS), np.uint8)
    for voice in voices:
        heard[shift:] = np.maximum(heard[shift:], voice[: 400 - shift] // 2)
    rules = replace(RULES, alike=0.1, surely_alike=0.2)

    (known,) = ways(heard, [Stretch(Span(0, length * FRAME_MS), 0, length)], voices, rules)

    for way in known:
        assert 0 <= way.source < people
        assert -2 * EARLIEST <= way.delay <= rules.latest_ms // FRAME_MS
        assert way.gain.shape == (BANDS,)
        assert way.gain.mean() <= -rules.quieter_db + 1e-4
        assert way.likeness <= 1 + 1e-5
