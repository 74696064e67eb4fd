"""Waveform peaks, in the JSON of BBC audiowaveform, version 2 (8 bits, one channel).

https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
"""

import json

import numpy as np

from media.audio.opus import RATE, Samples

SAMPLES_PER_PIXEL = 4_800
"""Ten pixels a second. Lower: more detail when zoomed in. Higher: less to load for 90 minutes."""


class Peaks:
    """Takes samples as they come and keeps the smallest and the largest of every pixel."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._data: list[int] = []

    def add(self, samples: Samples) -> None:
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // SAMPLES_PER_PIXEL * SAMPLES_PER_PIXEL
        self._rest = joined[whole:]
        self._measure(joined[:whole].reshape(-1, SAMPLES_PER_PIXEL))

    def to_json(self) -> bytes:
        """The whole document; the last pixel may stand for fewer samples. Call once."""
        if len(self._rest):
            self._measure(self._rest[None])
            self._rest = self._rest[:0]
        document = {
            "version": 2,
            "channels": 1,
            "sample_rate": RATE,
            "samples_per_pixel": SAMPLES_PER_PIXEL,
            "bits": 8,
            "length": len(self._data) // 2,
            "data": self._data,
        }
        return json.dumps(document, separators=(",", ":")).encode()

    def _measure(self, rows: Samples) -> None:
        ends = np.stack((rows.min(axis=1), rows.max(axis=1)), axis=1) if len(rows) else rows
        self._data += np.clip(np.round(ends * 128), -128, 127).astype(int).ravel().tolist()
