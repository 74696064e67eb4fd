"""Speech segments → speaking turns. Pure: the same segments and rules give the same turns."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def detect(
    segments: Mapping[U, Sequence[Segment]],
    rules: TurnRules,
    judged: Mapping[U, Sequence[Segment]] | None = None,
    held: Sequence[DetectedTurn[U]] = (),
) -> list[DetectedTurn[U]]:
    """Turns in order of their start. Overlaps stay; of one person no two turns overlap.

    A person's segments whose pauses are no longer than `bridge_pause_ms` are one turn. A turn
    whose speech is no longer than `backchannel_max_ms` and which lies wholly inside another's
    turn that is no back-channel itself is one. (Of two equal turns the smaller id keeps the floor.)

    What people have judged already is not proposed again: `judged` are the stretches of each
    person on which nothing is found and over which no pause is bridged; `held`, turns that stand,
    and may contain back-channels.
    """
    done = judged or {}
    bridged = [
        DetectedTurn(user, span.start_ms, span.end_ms)
        for user, own in segments.items()
        for span in _apart(own, joined(done.get(user, ())), rules.bridge_pause_ms)
        if span.end_ms - span.start_ms >= max(rules.minimum_ms, 1)
    ]
    found = set(bridged)
    both = [*bridged, *(turn for turn in held if not turn.is_backchannel)]
    both.sort(key=lambda turn: (turn.start_ms, -turn.end_ms, str(turn.user)))
    flagged = _flagged(both, rules.backchannel_max_ms)
    return [turn for turn, plain in zip(flagged, both, strict=True) if plain in found]


def joined(spans: Iterable[Segment]) -> list[Segment]:
    """In order, with what overlaps or touches made one."""
    return _bridged(spans, 0)


def _apart(
    own: Iterable[Segment], walls: Sequence[Segment], longest_pause_ms: int
) -> Iterator[Segment]:
    """What lies outside the walls, bridged between one wall and the next."""
    if not walls:
        yield from _bridged(own, longest_pause_ms)
        return
    starts = [wall.start_ms for wall in walls]
    chambers: dict[int, list[Segment]] = {}
    for segment in own:
        at = segment.start_ms
        place = bisect_right(starts, at)
        if place and walls[place - 1].end_ms > at:
            at = walls[place - 1].end_ms
        while at < segment.end_ms:
            end = (
                min(segment.end_ms, walls[place].start_ms) if place < len(walls) else segment.end_ms
            )
            if at < end:
                chambers.setdefault(place, []).append(Segment(at, end))
            at = walls[place].end_ms if place < len(walls) else segment.end_ms
            place += 1
    for place in sorted(chambers):
        yield from _bridged(chambers[place], longest_pause_ms)


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
