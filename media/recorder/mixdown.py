"""Everybody's voices in one file: summed on the common clock, limited softly, encoded as Opus."""

from collections.abc import Callable, Sequence

import numpy as np

from media.audio.opus import RATE, Encoder, Samples
from media.audio.peaks import Peaks
from media.recorder.containers import container
from media.recorder.muxer import add_opus
from media.recorder.scratch import Scratch
from media.recorder.voice import Voice

BLOCK_S = 1
"""Lower: more overhead. Higher: more memory; this is all the sound that is held at a time."""
KNEE = 0.7
"""Below it nothing changes, above it the sum approaches 1. Lower: single loud voices are bent.
Higher: two loud ones are bent harder."""


def mix(
    out: Scratch, voices: Sequence[Voice], length_s: float, progress: Callable[[float], None]
) -> Peaks:
    """Writes a WebM whose time 0 is the recording's start; returns the mix's peaks."""
    peaks = Peaks()
    frames = -(-round(length_s * RATE) // Encoder.FRAME)
    with container(out) as target:
        stream = add_opus(target)
        encoder = Encoder(stream.codec_context)
        remaining = frames * Encoder.FRAME
        while remaining:
            count = min(BLOCK_S * RATE, remaining)
            mixed = limited(sum_of([voice.read(count) for voice in voices], count))
            peaks.add(mixed)
            for packet in encoder.encode(mixed):
                target.mux_one(packet)
            remaining -= count
            progress(length_s - remaining / RATE)
        for packet in encoder.finish():
            target.mux_one(packet)
    return peaks


def sum_of(parts: Sequence[Samples], count: int) -> Samples:
    total = np.zeros(count, np.float32)
    for part in parts:
        total += part
    return total


def limited(samples: Samples) -> Samples:
    """Never beyond full scale, smooth at the knee."""
    size = np.abs(samples)
    bent = KNEE + (1 - KNEE) * np.tanh((size - KNEE) / (1 - KNEE))
    return np.where(size > KNEE, np.sign(samples) * bent, samples).astype(np.float32)
