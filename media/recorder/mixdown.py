"""Everybody's voices in one file: summed on the common clock, limited softly, encoded as Opus; and
the waveforms, from the same decoding."""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

import numpy as np

from media.audio.opus import SOUND_RATE, Encoder, Samples
from media.audio.peaks import Peaks
from media.recorder.frame import TOGETHER
from media.recorder.merging import Blocks
from media.recorder.scratch import Scratch
from media.recorder.voice import Voice
from media.recorder.webm import WebmWriter

BLOCK_FRAMES = 25
"""Half a second. Lower: more overhead. Higher: more memory; and who is silent is silent for a whole
block."""
KNEE = 0.7
"""Below it nothing changes, above it the sum approaches 1. Lower: single loud voices are bent.
Higher: two loud ones are bent harder."""


class Drawn:
    """A voice that draws its waveform as it is read."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self.peaks = Peaks()

    def read(self, count: int) -> Samples | None:
        samples = self._voice.read(count)
        if samples is None:
            self.peaks.silence(count)
        else:
            self.peaks.add(samples)
        return samples


def mix(
    out: Scratch, voices: Sequence[Drawn], length_s: float, progress: Callable[[float], None]
) -> Peaks:
    """Writes a WebM whose time 0 is the recording's start; returns the mix's peaks."""
    peaks = Peaks()
    target, at_s = WebmWriter(out, sound=True, pictures=None), 0.0
    for packets in _encoded(voices, length_s, peaks, progress):
        data, lasts_s = zip(*packets, strict=True)
        *begins_s, at_s = accumulate(lasts_s, initial=at_s)
        kinds, keys = np.zeros(len(data), np.uint8), np.ones(len(data), bool)
        target.add(Blocks(kinds, np.array(begins_s), data, keys, np.array(lasts_s)))
    target.end(at_s)
    return peaks


def _encoded(
    voices: Sequence[Drawn], length_s: float, peaks: Peaks, progress: Callable[[float], None]
) -> Iterator[list[tuple[bytes, float]]]:
    """The sum's packets, each with its seconds."""
    encoder, made = Encoder(), list[tuple[bytes, float]]()
    remaining = -(-round(length_s * SOUND_RATE) // Encoder.FRAME)
    while remaining:
        frames = min(BLOCK_FRAMES, remaining)
        count = frames * Encoder.FRAME
        heard = [voice.read(count) for voice in voices]
        mixed = sum_of([samples for samples in heard if samples is not None])
        if mixed is None:
            peaks.silence(count)
            made += encoder.silence(frames)
        else:
            peaks.add(mixed)
            made += encoder.encode(mixed)
        remaining -= frames
        progress(length_s - remaining * Encoder.FRAME / SOUND_RATE)
        if len(made) >= TOGETHER or not remaining:
            yield made
            made = []


def sum_of(parts: Sequence[Samples]) -> Samples | None:
    """Limited where it would be too loud; None: silence."""
    if not parts:
        return None
    total = parts[0].copy() if len(parts) == 1 else np.sum(parts, axis=0)
    return limited(total)


def limited(samples: Samples) -> Samples:
    """Never beyond full scale, smooth at the knee."""
    size = np.abs(samples)
    if size.max(initial=0) <= KNEE:
        return samples
    bent = KNEE + (1 - KNEE) * np.tanh((size - KNEE) / (1 - KNEE))
    return np.where(size > KNEE, np.sign(samples) * bent, samples).astype(np.float32)
