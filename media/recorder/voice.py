"""One person's sound on the common clock, to be read in blocks of any size."""

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import numpy as np

from media.audio.opus import EMPTY_BYTES, SOUND_RATE, Decoder, Samples
from media.recorder.frame import FrameRows

GOES_ON_S = 0.12
"""So long a decoder goes on over what is missing; then its sound fades and silence stands. Lower:
a word's end is cut off where packets were lost. Higher: the noise of every silent room is decoded,
and adds up in the mix."""


class Voice:
    """Silence before the first frame and after the last. `frames` has no holes.

    Pauses are not decoded: a person who listens for an hour costs nothing.
    """

    def __init__(self, frames: Iterator[FrameRows], rate: int = SOUND_RATE) -> None:
        self._rate = rate
        first = next(frames, None)
        self._begins_s = 0.0 if first is None else float(first.at_s[0])
        self._frames = _packets(() if first is None else chain((first,), frames))
        self._following = next(self._frames, None)
        self._decoder = Decoder(rate)
        self._silence = 0  # samples of it that come next
        self._sound: Samples | None = None  # decoded and not read yet, after that
        self._early = 0  # samples from before the recording's start, left out
        self._late = 0.0  # what was left over when seconds became samples
        self._begun = False
        self._ended = False
        self._empty_s = GOES_ON_S

    @property
    def damaged(self) -> int:
        """Packets that could not be decoded so far."""
        return self._decoder.damaged

    def read(self, count: int) -> Samples | None:
        """The next samples; None: so many of silence."""
        out: Samples | None = None
        at = 0
        while at < count:
            if self._silence:
                passed = min(self._silence, count - at)
                self._silence -= passed
                at += passed
            elif self._sound is not None:
                part, left = self._sound, count - at
                self._sound = part[left:] if len(part) > left else None
                if out is None:
                    out = np.zeros(count, np.float32)
                end = min(at + len(part), count)
                out[at:end] = part[: end - at]
                at = end
            elif self._ended:
                break
            else:
                self._next()
        return out

    def _next(self) -> None:
        packet, self._following = self._following, next(self._frames, None)
        if packet is None:
            self._ended = True
            return
        if not self._begun:
            self._begun = True
            offset = round(self._begins_s * self._rate)
            self._silence, self._early = max(offset, 0), max(-offset, 0)
        self._take(*packet)

    def _take(self, data: bytes, lasts_s: float, silent: bool) -> None:
        empty = len(data) <= EMPTY_BYTES
        if silent or (self._empty_s >= GOES_ON_S and (empty or self._pauses())):
            self._empty_s = GOES_ON_S
            self._quiet(lasts_s)
            return
        sound = self._decoder.decode(data)
        self._empty_s = self._empty_s + lasts_s if empty else 0.0
        if self._empty_s >= GOES_ON_S:
            sound *= np.linspace(1, 0, len(sound), dtype=np.float32)
        self._heard(sound)

    def _pauses(self) -> bool:
        """Whether this packet, in a pause, is a single one that says how the room's noise is."""
        if self._following is None:
            return False
        data, _, silent = self._following
        return silent or len(data) <= EMPTY_BYTES

    def _heard(self, samples: Samples) -> None:
        if self._early:
            early = min(self._early, len(samples))
            self._early -= early
            samples = samples[early:]
        self._sound = samples if len(samples) else None

    def _quiet(self, duration_s: float) -> None:
        exact = duration_s * self._rate + self._late
        count = round(exact)
        self._late = exact - count
        count -= self._decoder.skipped(count)
        if self._early:
            early = min(self._early, count)
            self._early -= early
            count -= early
        self._silence += count


def _packets(frames: Iterable[FrameRows]) -> Iterator[tuple[bytes, float, bool]]:
    """Each with how long it lasts, and whether it is silent."""
    return chain.from_iterable(
        zip(rows.data, rows.duration_s.tolist(), rows.silent or repeat(False), strict=False)
        for rows in frames
    )
