"""Sound without holes: every frame in its place, silence where there was none.

A player plays sound frame after frame; where one is missing it plays the next too early, and
everybody else's file runs away from it. So what is missing stands in the file as (tiny) frames:
after a short loss one that lets the decoder go on, in a pause the sender's own noise, in a long gap
silence. A sender's clock that runs fast or slow is put right in the pauses, to 2.5 ms; one who
speaks on without a pause gains or loses a frame when 20 ms are full.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import TypeAlias

import numpy as np

from media.audio.opus import (
    EMPTY_BYTES,
    LONGEST_S,
    SILENCE_2_5_MS,
    SILENCE_20_MS,
    SILENCE_100_MS,
    duration_s,
    missing_after,
)
from media.recorder.frame import FrameRows

LOSS_S = 0.12
"""Up to this long a decoder is asked to go on as if it had heard. Lower: a lost packet clicks.
Higher: a vowel hums on into a silence."""
TOLERANCE_S = 0.02
"""Frames this far from their place stay where they are, one after the other. Lower: a drifting
clock is corrected more often, audibly. Higher: it is further off before it is corrected."""
PAUSE_S = 1.0
"""A sender that says nothing (DTX) sends an empty packet each 0.4 s; until the next one players
make the noise of the room, as they did in the meeting. Lower: with one of them lost the noise is
cut. Higher: it goes on for one who has left."""
GAP_S = 1.0
"""Report silences longer than this. Lower: every pause of a sender that sends no silence shows."""


Filler: TypeAlias = tuple[bytes, float, bool]
"""A packet, how long it lasts, and whether it is silence."""
Placed: TypeAlias = tuple[float, bytes, float, bool]
"""When it begins, and the same."""


@dataclass
class Gaps:
    """Each with its from and to, in seconds on the common clock, and why."""

    found: list[tuple[float, float, str]] = field(default_factory=list)
    concealed_s: float = 0.0
    overlapping: int = 0
    """Frames left out because their time was taken."""


def without_holes(frames: Iterable[FrameRows], gaps: Gaps) -> Iterator[FrameRows]:
    """Each frame begins where the one before ends; the first begins at its own time."""
    at: float | None = None
    previous = b""
    for rows in frames:
        placed: list[Placed] = []
        columns = (rows.at_s.tolist(), rows.data, rows.duration_s.tolist())
        for place, (when, data, lasts) in enumerate(zip(*columns, strict=True)):
            if at is None:
                at = when
            missing = when - at
            if missing >= TOLERANCE_S:
                for filler, length, silent in _filling(missing, previous):
                    placed.append((at, filler, length, silent))
                    at += length
                if not _is_pause(previous, missing):
                    gaps.concealed_s += missing
                if missing > GAP_S:
                    gaps.found.append((when - missing, when, rows.hole(place)))
            elif -missing >= TOLERANCE_S and -missing >= lasts:
                gaps.overlapping += 1
                continue
            placed.append((at, data, lasts, False))
            at += lasts
            previous = data
        if placed:
            yield _in_columns(placed)


def _in_columns(placed: Sequence[Placed]) -> FrameRows:
    at_s, data, lasts, silent = zip(*placed, strict=True)
    keys = np.ones(len(data), bool)
    return FrameRows(np.array(at_s), data, keys, np.array(lasts), silent=silent)


def _is_pause(previous: bytes, missing_s: float) -> bool:
    """Whether the sender only said nothing: a pause is begun by an empty packet."""
    return 0 < len(previous) <= EMPTY_BYTES and missing_s <= PAUSE_S


def _filling(missing_s: float, previous: bytes) -> Iterable[Filler]:
    """Packets that together last as long as is missing, to 2.5 ms; whether they are silence."""
    goes_on: Sequence[Filler] = ()
    if previous and (missing_s <= LOSS_S or _is_pause(previous, missing_s)):
        one_s = duration_s(missing_after(previous))
        left = int(missing_s / one_s + 1e-6)
        missing_s -= left * one_s
        goes_on = _going_on(previous[0], left)
    small = int(missing_s / 0.0025 + 1e-6)
    return chain(goes_on, _silence(small)) if small else goes_on


@lru_cache(maxsize=1024)
def _going_on(toc: int, left: int) -> Sequence[Filler]:
    """So many frames after one of this kind. `toc`: a packet's first byte (RFC 6716 §3.1)."""
    like = bytes([toc])
    one_s = duration_s(missing_after(like))
    most = int(LONGEST_S / one_s + 1e-6)
    counts = [most] * (left // most) + [left % most] * (left % most > 0)
    return [(missing_after(like, count), count * one_s, False) for count in counts]


def _silence(small: int) -> Iterator[Filler]:
    """So many times 2.5 ms."""
    yield from ((SILENCE_100_MS, 0.1, True) for _ in range(small // 40))
    yield from ((SILENCE_20_MS, 0.02, True) for _ in range(small % 40 // 8))
    yield from ((SILENCE_2_5_MS, 0.0025, True) for _ in range(small % 8))
