"""Two voices in one file, each in its place."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from media.audio.opus import RATE, SOUND_RATE, Samples, missing_after
from media.recorder.frame import Frame, in_columns
from media.recorder.mixdown import Drawn, limited, mix
from media.recorder.scratch import Scratch
from media.recorder.voice import Voice
from tests.fixtures.senders import opus_packets


def beep(start_s: float, length_s: float, at_s: float) -> Iterator[Frame]:
    """A second of tone in silence, as frames from `start_s` on the common clock."""
    t = np.arange(round(length_s * RATE)) / RATE
    tone = np.where((t >= at_s) & (t < at_s + 1), np.sin(2 * np.pi * 440 * t), 0) * 0.5
    for number, packet in enumerate(opus_packets(tone.astype(np.float32))):
        yield Frame(start_s + number * 0.02, packet, True, 0.02)


def read(voice: Voice, count: int) -> Samples:
    samples = voice.read(count)
    return np.zeros(count, np.float32) if samples is None else samples


def loud_spans(samples: Samples, rate: int = SOUND_RATE) -> list[tuple[float, float]]:
    """Where 10 ms blocks are loud, in seconds."""
    step = rate // 100
    blocks = np.abs(samples[: len(samples) // step * step]).reshape(-1, step).max(axis=1) > 0.1
    edges = np.flatnonzero(np.diff(np.concatenate(([0], blocks.astype(int), [0]))))
    return [(a / 100, b / 100) for a, b in edges.reshape(-1, 2)]


@pytest.mark.parametrize("start_s", [-0.5, 0.0, 1.23])
def test_a_voice_is_read_in_its_place(start_s: float) -> None:
    voice = Voice(in_columns(beep(start_s, 4, 2)))

    sound = np.concatenate([read(voice, count) for count in (7, 24_000, 1, 100_000, 50_000)])

    ((begins, ends),) = loud_spans(sound)
    assert begins == pytest.approx(start_s + 2, abs=0.02)
    assert ends == pytest.approx(start_s + 3, abs=0.02)


def test_the_mix_holds_everybody_and_has_the_right_length(tmp_path: Path) -> None:
    voices = [Drawn(Voice(in_columns(beep(s, 4, at_s)))) for s, at_s in ((0.5, 0.5), (3, 1))]
    with Scratch(tmp_path) as out:
        peaks = mix(out, voices, 8.0, lambda _: None)
        out.seek(0)
        with av.open(out, "r") as container:
            assert (container.duration or 0) / 1e6 == pytest.approx(8, abs=0.03)
            sound = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])

    first, second = loud_spans(sound, RATE)
    assert first[0] == pytest.approx(1, abs=0.02)
    assert second[0] == pytest.approx(4, abs=0.02)
    assert b'"length":80' in peaks.to_json()
    assert b'"length":80' in voices[0].peaks.to_json()


@given(arrays(np.float32, 50, elements=st.floats(-8, 8, width=32)))
def test_the_limiter_keeps_order_and_never_exceeds_full_scale(samples: Samples) -> None:
    out = limited(samples)

    assert np.abs(out).max() <= 1
    assert np.array_equal(out[np.abs(samples) <= 0.7], samples[np.abs(samples) <= 0.7])
    assert np.all(np.diff(out[np.argsort(samples)]) >= 0)


def test_a_pause_is_not_decoded_and_keeps_its_length() -> None:
    """Speech, a pause kept by empty packets and now and then one of noise, and speech again."""
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32) * 0.5
    packets = opus_packets(tone)
    noise = packets[10]  # anything that would be heard
    pause = [noise if n % 20 == 19 else missing_after(packets[-1]) for n in range(100)]
    frames = [Frame(n * 0.02, data, True, 0.02) for n, data in enumerate(packets + pause + packets)]

    sound = read(Voice(in_columns(frames)), 4 * SOUND_RATE)

    quiet = sound[round(1.2 * SOUND_RATE) : round(2.95 * SOUND_RATE)]
    assert not quiet.any()
    (first, second) = loud_spans(sound)
    assert first[0] < 0.03
    assert 1.0 <= first[1] <= 1.15
    assert second == (pytest.approx(3.0, abs=0.04), pytest.approx(4.0, abs=0.02))
