"""Two voices in one file, each in its place."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from media.audio.opus import RATE, Samples
from media.recorder.frames import Frame
from media.recorder.mixdown import limited, mix
from media.recorder.scratch import Scratch
from media.recorder.voice import Voice
from tests.fixtures.senders import opus_packets


def beep(start_s: float, length_s: float, at_s: float) -> Iterator[Frame]:
    """A second of tone in silence, as frames from `start_s` on the common clock."""
    t = np.arange(round(length_s * RATE)) / RATE
    tone = np.where((t >= at_s) & (t < at_s + 1), np.sin(2 * np.pi * 440 * t), 0) * 0.5
    for number, packet in enumerate(opus_packets(tone.astype(np.float32))):
        yield Frame(start_s + number * 0.02, packet, True, 0.02)


def loud_spans(samples: Samples) -> list[tuple[float, float]]:
    """Where 10 ms blocks are loud, in seconds."""
    blocks = np.abs(samples[: len(samples) // 480 * 480]).reshape(-1, 480).max(axis=1) > 0.1
    edges = np.flatnonzero(np.diff(np.concatenate(([0], blocks.astype(int), [0]))))
    return [(a / 100, b / 100) for a, b in edges.reshape(-1, 2)]


@pytest.mark.parametrize("start_s", [-0.5, 0.0, 1.23])
def test_a_voice_is_read_in_its_place(start_s: float) -> None:
    voice = Voice(beep(start_s, 4, 2))

    sound = np.concatenate([voice.read(count) for count in (7, 48_000, 1, 200_000, 100_000)])

    ((begins, ends),) = loud_spans(sound)
    assert begins == pytest.approx(start_s + 2, abs=0.02)
    assert ends == pytest.approx(start_s + 3, abs=0.02)


def test_the_mix_holds_everybody_and_has_the_right_length(tmp_path: Path) -> None:
    voices = [Voice(beep(0.5, 4, 0.5)), Voice(beep(3, 4, 1))]
    with Scratch(tmp_path) as out:
        peaks = mix(out, voices, 8.0, lambda _: None)
        out.seek(0)
        with av.open(out, "r") as container:
            assert (container.duration or 0) / 1e6 == pytest.approx(8, abs=0.03)
            sound = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])

    first, second = loud_spans(sound)
    assert first[0] == pytest.approx(1, abs=0.02)
    assert second[0] == pytest.approx(4, abs=0.02)
    assert b'"length":80' in peaks.to_json()


@given(arrays(np.float32, 50, elements=st.floats(-8, 8, width=32)))
def test_the_limiter_keeps_order_and_never_exceeds_full_scale(samples: Samples) -> None:
    out = limited(samples)

    assert np.abs(out).max() <= 1
    assert np.array_equal(out[np.abs(samples) <= 0.7], samples[np.abs(samples) <= 0.7])
    assert np.all(np.diff(out[np.argsort(samples)]) >= 0)
