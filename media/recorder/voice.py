"""One person's sound on the common clock, to be read in blocks of any size."""

from collections.abc import Iterator

import numpy as np

from media.audio.opus import RATE, Decoder, Samples
from media.recorder.frames import Frame


class Voice:
    """Silence before the first frame and after the last. `frames` has no holes."""

    def __init__(self, frames: Iterator[Frame]) -> None:
        self._frames = frames
        self._decoder = Decoder()
        self._ready = np.zeros(0, np.float32)
        self._ended = False
        self._begun = False
        self._early = 0  # samples from before the recording's start, left out

    @property
    def damaged(self) -> int:
        """Packets that could not be decoded so far."""
        return self._decoder.damaged

    def read(self, count: int) -> Samples:
        parts, have = [self._ready], len(self._ready)
        while have < count and not self._ended:
            part = self._next()
            parts.append(part)
            have += len(part)
        joined = np.concatenate(parts)
        self._ready = joined[count:]
        if len(joined) >= count:
            return joined[:count]
        return np.concatenate((joined, np.zeros(count - len(joined), np.float32)))

    def _next(self) -> Samples:
        frame = next(self._frames, None)
        if frame is None:
            self._ended = True
            return np.zeros(0, np.float32)
        samples = self._decoder.decode(frame.data)
        if not self._begun:
            self._begun = True
            offset = round(frame.at_s * RATE)
            self._early = max(-offset, 0)
            samples = np.concatenate((np.zeros(max(offset, 0), np.float32), samples))
        early = min(self._early, len(samples))
        self._early -= early
        return samples[early:]
