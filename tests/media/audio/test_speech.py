"""Speech is found where a voice is."""

import itertools
import shutil

import numpy as np
import pytest

from app.simulation.voices import utter
from media.audio.opus import RATE
from media.audio.speech import MODEL_RATE, WINDOW, Span, SpeechDetector, Thresholds
from tests.fixtures.senders import Pcm, speech

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="the model knows voices; tones are none"
)


def found(sound: Pcm, block: int) -> list[Span]:
    return heard_by(SpeechDetector(Thresholds()), sound[:: RATE // MODEL_RATE].copy(), block)


def heard_by(detector: SpeechDetector, sound: Pcm, block: int) -> list[Span]:
    """Blocks of nothing but zeros are told as silence."""
    blocks = [sound[start : start + block] for start in range(0, len(sound), block)]
    spans = [
        span for part in blocks for span in detector.add(part if part.any() else None, len(part))
    ]
    return spans + list(detector.finish())


def test_a_voice_in_silence_is_found_where_it_is() -> None:
    spans = found(speech(10, [(2, 5), (7, 9)]), 48_000)

    assert spans[0].start_ms == pytest.approx(2000, abs=60)
    assert spans[-1].end_ms == pytest.approx(9000, abs=60)
    assert any(b.start_ms - a.end_ms > 1500 for a, b in itertools.pairwise(spans))


def test_noise_and_silence_are_no_speech() -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, 30 * 48_000).astype(np.float32)

    assert found(np.concatenate((np.zeros(48_000, np.float32), noise)), 48_000) == []


def test_in_noise_a_voice_begins_and_ends_where_it_does() -> None:
    """Where the model is late to be sure, and goes on after the voice, some windows longer than in
    quiet."""
    noise = np.random.default_rng(2).normal(0, 0.01, 10 * RATE).astype(np.float32)
    spans = found(speech(10, [(2, 5), (7, 9)]) * 0.3 + noise, 48_000)

    assert spans[0].start_ms == pytest.approx(2000, abs=60)
    assert spans[-1].end_ms == pytest.approx(9000, abs=160)


@pytest.mark.parametrize("person", [1, 3, 7])
def test_after_a_minute_of_noise_a_short_word_is_heard(person: int) -> None:
    """6 dB above it. A model that remembers the noise hears nothing of it, or a half, or two."""
    at_ms, utterance = 60_000, utter("Totta.", person, "varied")
    word = utterance.samples[:: RATE // MODEL_RATE] / 32_768
    first = at_ms * MODEL_RATE // 1000
    noise = np.random.default_rng(4).normal(0, 1, 62 * MODEL_RATE)
    sound = noise * np.sqrt(np.mean(np.square(word))) * 10 ** (-6 / 20)
    sound[first : first + len(word)] += word
    (span,) = heard_by(SpeechDetector(Thresholds()), sound.astype(np.float32), MODEL_RATE)

    assert span.start_ms == pytest.approx(at_ms + utterance.start_ms, abs=100)
    assert span.end_ms == pytest.approx(at_ms + utterance.end_ms, abs=200)


@pytest.mark.parametrize("block", [960, 33_333])
def test_the_size_of_the_blocks_changes_nothing(block: int) -> None:
    sound = speech(6, [(1, 2), (3, 6)])

    assert found(sound, block) == found(sound, len(sound))


def test_one_who_speaks_to_the_end_is_heard_to_the_end() -> None:
    assert found(speech(4, [(1, 4)]), 48_000)[-1].end_ms == pytest.approx(4000, abs=150)


def test_what_is_not_asked_of_the_model_would_have_changed_nothing() -> None:
    """Speech, pauses of a quiet room, and silence: the same segments, to two windows, as when the
    model judges every window."""
    spans = [(2.0, 6.0), (6.4, 9.0), (14.0, 15.0), (31.0, 36.0), (52.0, 53.5)]
    sound = speech(60, spans)[:: RATE // MODEL_RATE].copy()
    sound[20 * MODEL_RATE : 40 * MODEL_RATE] += (
        np.random.default_rng(3).normal(0, 0.0002, 20 * MODEL_RATE).astype(np.float32)
    )
    quick = heard_by(SpeechDetector(Thresholds()), sound, MODEL_RATE)
    slow = heard_by(SpeechDetector(Thresholds(), thorough=True), sound, MODEL_RATE)

    near_ms = 2 * WINDOW * 1000 / MODEL_RATE
    assert len(quick) == len(slow) >= len(spans)
    for one, other in zip(quick, slow, strict=True):
        assert abs(one.start_ms - other.start_ms) <= near_ms
        assert abs(one.end_ms - other.end_ms) <= near_ms
