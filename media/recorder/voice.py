"""One person's sound on the common clock, to be read in blocks of any size."""

from collections.abc import Iterator

import numpy as np

from media.audio.opus import EMPTY_BYTES, SOUND_RATE, Decoder, Samples
from media.recorder.frames import Frame

GOES_ON_S = 0.12
"""So long a decoder goes on over what is missing; then its sound fades and silence stands. Lower:
a word's end is cut off where packets were lost. Higher: the noise of every silent room is decoded,
and adds up in the mix."""


class Voice:
    """Silence before the first frame and after the last. `frames` has no holes.

    Pauses are not decoded: a person who listens for an hour costs nothing.
    """

    def __init__(self, frames: Iterator[Frame], rate: int = SOUND_RATE) -> None:
        self._rate = rate
        self._frames = frames
        self._following = next(frames, None)
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
                part = self._sound[: count - at]
                if out is None:
                    out = np.zeros(count, np.float32)
                out[at : at + len(part)] = part
                at += len(part)
                rest = self._sound[len(part) :]
                self._sound = rest if len(rest) else None
            elif self._ended:
                break
            else:
                self._next()
        return out

    def _next(self) -> None:
        frame, self._following = self._following, next(self._frames, None)
        if frame is None:
            self._ended = True
        elif not self._begun:
            self._begun = True
            offset = round(frame.at_s * self._rate)
            self._silence, self._early = max(offset, 0), max(-offset, 0)
            self._take(frame)
        else:
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        if frame.silent or (self._empty_s >= GOES_ON_S and self._is_noise(frame)):
            self._empty_s = GOES_ON_S
            self._quiet(frame.duration_s)
            return
        sound = self._decoder.decode(frame.data)
        self._empty_s = self._empty_s + frame.duration_s if _is_empty(frame) else 0.0
        if self._empty_s >= GOES_ON_S:
            sound *= np.linspace(1, 0, len(sound), dtype=np.float32)
        self._heard(sound)

    def _is_noise(self, frame: Frame) -> bool:
        """In a pause: an empty packet, or a single one that says how the room's noise is now."""
        if len(frame.data) <= EMPTY_BYTES:
            return True
        following = self._following
        return following is not None and _is_empty(following)

    def _heard(self, samples: Samples) -> None:
        early = min(self._early, len(samples))
        self._early -= early
        self._sound = samples[early:] if early < len(samples) else None

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


def _is_empty(frame: Frame) -> bool:
    return frame.silent or len(frame.data) <= EMPTY_BYTES
