"""Speech segments → speaking turns. Pure: the same segments and rules give the same turns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

VERSION = "emessi-turns 1"
"""Changes with every change of what the same segments become."""

U = TypeVar("U")


@dataclass(frozen=True, order=True)
class Segment:
    """Somebody speaks: start ≤ t < end, ms after the recording's start."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class TurnRules:
    """Lower bridge_pause_ms: a breath ends a turn. Higher: two turns become one.

    Lower backchannel_max_ms: "niin niin" counts as taking the floor. Higher: short turns inside
    another's are taken for listening. Lower minimum_ms: clicks are turns. Higher: "joo" is none.
    """

    bridge_pause_ms: int = 700
    backchannel_max_ms: int = 1_000
    minimum_ms: int = 100

    def parameters(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class DetectedTurn(Generic[U]):
    user: U
    start_ms: int
    end_ms: int
    is_backchannel: bool = False


def detect(segments: Mapping[U, Sequence[Segment]], rules: TurnRules) -> list[DetectedTurn[U]]:
    """Turns in order of their start. Overlaps stay; of one person no two turns overlap.

    A person's segments whose pauses are no longer than `bridge_pause_ms` are one turn. A turn
    whose speech is no longer than `backchannel_max_ms` and which lies wholly inside another's
    turn that is no back-channel itself is one. (Of two equal turns the smaller id keeps the floor.)
    """
    bridged = [
        DetectedTurn(user, span.start_ms, span.end_ms)
        for user, own in segments.items()
        for span in _bridged(own, rules.bridge_pause_ms)
        if span.end_ms - span.start_ms >= max(rules.minimum_ms, 1)
    ]
    bridged.sort(key=lambda turn: (turn.start_ms, -turn.end_ms, str(turn.user)))
    return _flagged(bridged, rules.backchannel_max_ms)


def _bridged(segments: Iterable[Segment], longest_pause_ms: int) -> list[Segment]:
    merged: list[Segment] = []
    for segment in sorted(segments):
        if merged and segment.start_ms - merged[-1].end_ms <= longest_pause_ms:
            end = max(merged[-1].end_ms, segment.end_ms)
            merged[-1] = Segment(merged[-1].start_ms, end)
        else:
            merged.append(segment)
    return merged


def _flagged(turns: Sequence[DetectedTurn[U]], longest_ms: int) -> list[DetectedTurn[U]]:
    """`turns` by start, the longer first: what contains a turn stands before it."""
    flagged: list[DetectedTurn[U]] = []
    floor: list[DetectedTurn[U]] = []  # turns that hold the floor and may contain later ones
    for turn in turns:
        floor = [held for held in floor if held.end_ms > turn.start_ms]
        is_short = turn.end_ms - turn.start_ms <= longest_ms
        inside = any(h.user != turn.user and h.end_ms >= turn.end_ms for h in floor)
        if is_short and inside:
            turn = DetectedTurn(turn.user, turn.start_ms, turn.end_ms, is_backchannel=True)
        else:
            floor.append(turn)
        flagged.append(turn)
    return flagged
