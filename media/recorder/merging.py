"""The sound and the pictures of one file, put into one row by their times, in columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from media.recorder.frame import FrameRows
from media.recorder.rows import Flags, Seconds

SMALLEST_STEP_S = 0.001
"""WebM counts milliseconds; two pictures in one of them would be one."""


@dataclass(frozen=True)
class Blocks:
    """What comes next in a file, in its order; columns of the same length, at least one."""

    kind: NDArray[np.uint8]
    """0 sound, 1 pictures."""
    at_s: Seconds
    """Of its first sample, or its picture."""
    data: Sequence[bytes]
    is_keyframe: Flags
    duration_s: Seconds
    """As in `Frame`."""

    @classmethod
    def of(cls, kind: int, rows: FrameRows) -> "Blocks":
        kinds = np.full(len(rows), kind, np.uint8)
        return cls(kinds, rows.at_s, rows.data, rows.is_keyframe, rows.duration_s)

    def __len__(self) -> int:
        return len(self.data)

    def cut(self, begin: int, end: int) -> "Blocks":
        own = slice(begin, end)
        columns = (self.kind[own], self.at_s[own], self.data[own])
        return Blocks(*columns, self.is_keyframe[own], self.duration_s[own])


def merged(sound: Iterator[FrameRows], pictures: Iterator[FrameRows]) -> Iterator[Blocks]:
    """By time, sound before pictures. Pictures that would share a millisecond get one of their
    own."""
    left = [_blocks(0, sound), _blocks(1, apart(pictures))]
    one, other = (next(each, None) for each in left)
    while one is not None and other is not None:
        if one.at_s[-1] <= other.at_s[-1]:
            count = int(np.searchsorted(other.at_s, one.at_s[-1], "left"))
            yield _joined(one, other.cut(0, count)) if count else one
            one, other = next(left[0], None), other.cut(count, len(other))
        else:
            count = int(np.searchsorted(one.at_s, other.at_s[-1], "right"))
            yield _joined(one.cut(0, count), other) if count else other
            one = one.cut(count, len(one))
            other = next(left[1], None)
    for rest, row in ((one, left[0]), (other, left[1])):
        if rest is not None:
            yield rest
            yield from row


def apart(pictures: Iterator[FrameRows]) -> Iterator[FrameRows]:
    last = float("-inf")
    for rows in pictures:
        at_s = rows.at_s
        if np.any(np.diff(at_s, prepend=last) < SMALLEST_STEP_S):
            moved = at_s.tolist()
            for place, when in enumerate(moved):
                last = moved[place] = max(when, last + SMALLEST_STEP_S)
            rows = replace(rows, at_s=np.array(moved))
        last = float(rows.at_s[-1])
        yield rows


def _blocks(kind: int, frames: Iterator[FrameRows]) -> Iterator[Blocks]:
    return (Blocks.of(kind, rows) for rows in frames)


def _joined(sound: Blocks, pictures: Blocks) -> Blocks:
    at_s = np.concatenate((sound.at_s, pictures.at_s))
    order = np.argsort(at_s, kind="stable")
    data = [*sound.data, *pictures.data]
    return Blocks(
        np.concatenate((sound.kind, pictures.kind))[order],
        at_s[order],
        [data[place] for place in order.tolist()],
        np.concatenate((sound.is_keyframe, pictures.is_keyframe))[order],
        np.concatenate((sound.duration_s, pictures.duration_s))[order],
    )
