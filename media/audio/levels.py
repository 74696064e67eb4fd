"""How loud a voice is in each of eight bands, fifty times a second: small enough to be kept of
everybody for two hours, fine enough to tell voices apart."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from media.audio.opus import Samples

Loudness: TypeAlias = NDArray[np.uint8]
"""(frames, bands); steps of half a decibel above `FLOOR_DB`."""

LEVEL_RATE = 16_000
"""Of the samples that are measured: those the speech detector hears."""
FRAME = 320
"""Samples of one measurement, 20 ms. Lower: more memory, nothing more told. Higher: two voices that
speak syllables by turns look alike."""
FRAME_MS = FRAME * 1000 // LEVEL_RATE
EDGES_HZ = (100, 300, 500, 800, 1_200, 1_800, 2_600, 3_800, 5_500)
"""Of the bands. Below lie hums and steps, above what small loudspeakers do not give back."""
BANDS = len(EDGES_HZ) - 1
FLOOR_DB = -75.0
"""Below full scale: what is more quiet is nothing. Lower: the noise of converters counts as alike.
Higher: faint echoes are taken for silence."""
STEPS_PER_DB = 2

_WINDOW = np.hanning(FRAME).astype(np.float32)
_FIRST = [round(edge * FRAME / LEVEL_RATE) for edge in EDGES_HZ]
_FULL_SCALE = float(np.square(_WINDOW).sum()) * FRAME / 4


class Levels:
    """Samples at `LEVEL_RATE` in, `Loudness` out. 8 bytes for each 20 ms."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._parts: list[Loudness] = []

    def add(self, samples: Samples | None, count: int) -> None:
        """`count` samples; None: all silence."""
        if samples is None and not len(self._rest) and count % FRAME == 0:
            self._parts.append(np.zeros((count // FRAME, BANDS), np.uint8))
            return
        joined = np.concatenate(
            (self._rest, np.zeros(count, np.float32) if samples is None else samples)
        )
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:].copy()
        self._parts.append(_measured(joined[:whole].reshape(-1, FRAME)))

    def loudness(self) -> Loudness:
        """Of everything so far, but for an unfinished frame."""
        return np.concatenate((np.zeros((0, BANDS), np.uint8), *self._parts))


def _measured(frames: Samples) -> Loudness:
    spectrum = np.fft.rfft(frames * _WINDOW, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    bands = np.add.reduceat(power[:, : _FIRST[-1]], _FIRST[:-1], axis=1)
    above = 10 * np.log10(bands / _FULL_SCALE + 1e-12) - FLOOR_DB
    return np.clip(np.round(above * STEPS_PER_DB), 0, 255).astype(np.uint8)
