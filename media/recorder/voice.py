"""One person's sound on the common clock, to be read in blocks of any size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
        self._packets = _packets(frames)
        self._batch = next(self._packets, None)
        self._place = 0
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
        """The next packet, or all that is left of a pause in this batch."""
        batch, place = self._batch, self._place
        if batch is None:
            self._ended = True
            return
        if not self._begun:
            self._begun = True
            offset = round(batch.begins_s * self._rate)
            self._silence, self._early = max(offset, 0), max(-offset, 0)
        goes_on = place
        if self._empty_s >= GOES_ON_S or batch.silent[place]:
            goes_on = batch.goes_on[place]
        if goes_on > place:
            self._empty_s = GOES_ON_S
            self._quiet(sum(batch.lasts_s[place:goes_on]))
        else:
            goes_on = place + 1
            self._take(batch.data[place], batch.lasts_s[place])
        self._place = goes_on
        if goes_on == len(batch.data):
            self._batch, self._place = next(self._packets, None), 0

    def _take(self, data: bytes, lasts_s: float) -> None:
        sound = self._decoder.decode(data)
        self._empty_s = self._empty_s + lasts_s if len(data) <= EMPTY_BYTES else 0.0
        if self._empty_s >= GOES_ON_S:
            sound *= np.linspace(1, 0, len(sound), dtype=np.float32)
        self._heard(sound)

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


@dataclass(frozen=True)
class _Packets:
    """Some packets of a voice. In a pause nothing is decoded of those that are empty, nor of a
    single one between them, which says how the room's noise is."""

    begins_s: float
    data: Sequence[bytes]
    silent: Sequence[bool]
    lasts_s: Sequence[float]
    goes_on: Sequence[int]
    """Of each, where a pause that comes to it ends: the place of the next that has sound."""


def _packets(frames: Iterator[FrameRows]) -> Iterator[_Packets]:
    rows = next(frames, None)
    while rows is not None:
        following = next(frames, None)
        yield _read(rows, following)
        rows = following


def _read(rows: FrameRows, following: FrameRows | None) -> _Packets:
    """`following` tells whether the last one stands alone."""
    silent = rows.silent or [False] * len(rows)
    empty = np.array([len(data) <= EMPTY_BYTES for data in rows.data]) | np.array(silent)
    before_empty = np.append(empty[1:], following is not None and _begins_empty(following))
    place = np.arange(len(rows))
    sounds = np.where(empty | before_empty, len(rows), place)
    goes_on = np.minimum.accumulate(sounds[::-1])[::-1]
    return _Packets(
        float(rows.at_s[0]), rows.data, silent, rows.duration_s.tolist(), goes_on.tolist()
    )


def _begins_empty(rows: FrameRows) -> bool:
    return len(rows.data[0]) <= EMPTY_BYTES or bool(rows.silent and rows.silent[0])
