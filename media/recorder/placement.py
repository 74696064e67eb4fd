"""Sound without holes: every frame in its place, silence where there was none.

A player plays sound frame after frame; where one is missing it plays the next too early, and
everybody else's file runs away from it. So what is missing stands in the file as (tiny) frames:
after a short loss one that lets the decoder go on, in a long gap silence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from media.audio.opus import SILENCE_2_5_MS, SILENCE_20_MS, duration_s, missing_after
from media.recorder.frames import Frame

LOSS_S = 0.12
"""Up to this long a decoder is asked to go on as if it had heard. Lower: a lost packet clicks.
Higher: a vowel hums on into a silence."""
TOLERANCE_S = 0.02
"""Frames this far from their place stay where they are, one after the other. Lower: a drifting
clock is corrected more often, audibly. Higher: it is further off before it is corrected."""
GAP_S = 1.0
"""Report silences longer than this. Lower: every pause of a sender that sends no silence shows."""


@dataclass
class Gaps:
    """Each with its from and to, in seconds on the common clock, and why."""

    found: list[tuple[float, float, str]] = field(default_factory=list)
    concealed_s: float = 0.0
    overlapping: int = 0
    """Frames left out because their time was taken."""


def without_holes(frames: Iterable[Frame], gaps: Gaps) -> Iterator[Frame]:
    """Each frame begins where the one before ends; the first begins at its own time."""
    at: float | None = None
    previous = b""
    for frame in frames:
        if at is None:
            at = frame.at_s
        missing = frame.at_s - at
        if missing >= TOLERANCE_S:
            for data in _filling(missing, previous):
                filled = Frame(at, data, True, duration_s(data))
                yield filled
                at += filled.duration_s
            gaps.concealed_s += missing
            if missing > GAP_S:
                gaps.found.append((frame.at_s - missing, frame.at_s, frame.hole))
        elif -missing >= max(frame.duration_s, TOLERANCE_S):
            gaps.overlapping += 1
            continue
        yield Frame(at, frame.data, True, frame.duration_s)
        at += frame.duration_s
        previous = frame.data


def _filling(missing_s: float, previous: bytes) -> Iterator[bytes]:
    """Packets that together last as long as is missing, to 2.5 ms."""
    if previous and missing_s <= LOSS_S:
        lost = missing_after(previous)
        for _ in range(int(missing_s / duration_s(lost) + 1e-6)):
            yield lost
            missing_s -= duration_s(lost)
    small = int(missing_s / 0.0025 + 1e-6)
    yield from (SILENCE_20_MS for _ in range(small // 8))
    yield from (SILENCE_2_5_MS for _ in range(small % 8))
