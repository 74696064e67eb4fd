"""Waveform peaks, in the JSON of BBC audiowaveform, version 2 (8 bits, one channel).

https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
"""

import json

import numpy as np

from media.audio.opus import SOUND_RATE, Samples

PIXELS_PER_S = 10
"""Lower: less to load for 90 minutes. Higher: more detail when zoomed in."""
SAMPLES_PER_PIXEL = SOUND_RATE // PIXELS_PER_S


class Peaks:
    """Takes samples as they come and keeps the smallest and the largest of every pixel."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._data = bytearray()  # signed bytes, lowest and highest in turn

    def add(self, samples: Samples) -> None:
        joined = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        whole = len(joined) // SAMPLES_PER_PIXEL * SAMPLES_PER_PIXEL
        self._rest = joined[whole:].copy()
        self._measure(joined[:whole].reshape(-1, SAMPLES_PER_PIXEL))

    def silence(self, count: int) -> None:
        """As if so many samples of nothing had been added."""
        if len(self._rest) or count % SAMPLES_PER_PIXEL:
            self.add(np.zeros(count, np.float32))
        else:
            self._data += bytes(2 * (count // SAMPLES_PER_PIXEL))

    def to_json(self) -> bytes:
        """The whole document; the last pixel may stand for fewer samples. Call once."""
        if len(self._rest):
            self._measure(self._rest[None])
            self._rest = self._rest[:0]
        data = np.frombuffer(bytes(self._data), np.int8).tolist()
        document = {
            "version": 2,
            "channels": 1,
            "sample_rate": SOUND_RATE,
            "samples_per_pixel": SAMPLES_PER_PIXEL,
            "bits": 8,
            "length": len(data) // 2,
            "data": data,
        }
        return json.dumps(document, separators=(",", ":")).encode()

    def _measure(self, rows: Samples) -> None:
        if len(rows):
            ends = np.stack((rows.min(axis=1), rows.max(axis=1)), axis=1)
            self._data += np.clip(np.round(ends * 128), -128, 127).astype(np.int8).tobytes()
