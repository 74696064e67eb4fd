"""An encoded frame on the common clock; and frames in columns, because there are so many."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

import numpy as np

from media.recorder.rows import Flags, Seconds, Whole

NOTHING_SENT = "nothing_sent"
"""Lost on the way, muted, or the device gave nothing."""
TOGETHER = 1000
"""Frames that are put into columns at a time. Lower: more overhead. Higher: memory; of pictures of
a camera these are some 1.5 MB."""


class Frame(NamedTuple):
    at_s: float
    """Capture of its first sample or its picture, seconds on the common clock."""
    data: bytes
    is_keyframe: bool
    duration_s: float
    """Of audio, from the packet itself; 0 for video, whose frames last until the next."""
    hole: str = NOTHING_SENT
    """Why time is missing before it, if it is."""
    codec: str = "opus"
    silent: bool = False
    """Put there to fill a gap: nobody needs to decode it."""


@dataclass(frozen=True)
class FrameRows:
    """Frames of one codec in the order of time, at least one; the columns are those of `Frame`."""

    at_s: Seconds
    data: Sequence[bytes]
    is_keyframe: Flags
    duration_s: Seconds
    codec: str = "opus"
    holes: Sequence[str] = ()
    silent: Sequence[bool] = ()
    """Of each frame; or none, as if it were `Frame`'s own for all."""

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> "FrameRows":
        at_s, data, is_keyframe, duration_s, holes, codecs, silent = zip(*frames, strict=True)
        return cls(
            np.array(at_s, np.float64),
            data,
            np.array(is_keyframe, bool),
            np.array(duration_s, np.float64),
            codecs[0],
            holes,
            silent,
        )

    def __len__(self) -> int:
        return len(self.data)

    def take(self, index: Whole) -> "FrameRows":
        places = index.tolist()
        return FrameRows(
            self.at_s[index],
            [self.data[place] for place in places],
            self.is_keyframe[index],
            self.duration_s[index],
            self.codec,
            [self.holes[place] for place in places] if self.holes else (),
            [self.silent[place] for place in places] if self.silent else (),
        )

    def after(self, hole: str) -> "FrameRows":
        """The same, with why time is missing before the first."""
        holes = self.holes or [NOTHING_SENT] * len(self)
        return replace(self, holes=[hole, *holes[1:]])

    def hole(self, place: int) -> str:
        return self.holes[place] if self.holes else NOTHING_SENT

    def frame(self, place: int) -> Frame:
        return Frame(
            float(self.at_s[place]),
            self.data[place],
            bool(self.is_keyframe[place]),
            float(self.duration_s[place]),
            self.hole(place),
            self.codec,
            self.silent[place] if self.silent else False,
        )


def in_columns(frames: Iterable[Frame]) -> Iterator[FrameRows]:
    """Frames of one codec."""
    left = iter(frames)
    while some := list(islice(left, TOGETHER)):
        yield FrameRows.of(some)
