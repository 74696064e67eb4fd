"""What lines share time with. Pure.

A line belongs to that turn of its speaker with which it shares most.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID


class Timed(Protocol):
    """Of somebody, from ms to ms, with an end after the start."""

    @property
    def user_id(self) -> UUID: ...

    @property
    def start_ms(self) -> int: ...

    @property
    def end_ms(self) -> int: ...


class Turned(Timed, Protocol):
    @property
    def id(self) -> UUID: ...


L = TypeVar("L", bound=Timed)


def attached(turns: Sequence[Turned], lines: Iterable[L]) -> Mapping[UUID, list[L]]:
    """Turn → its lines in order of time. A line that shares no time with any turn of its speaker
    belongs to none; of two turns that share the same, the earlier has it."""
    by_person: dict[UUID, _Own] = {}
    for turn in sorted(turns, key=lambda each: (each.start_ms, each.end_ms)):
        by_person.setdefault(turn.user_id, _Own([], [], [])).add(turn)
    found: dict[UUID, list[L]] = {}
    for line in sorted(lines, key=lambda each: (each.start_ms, each.end_ms)):
        own = by_person[line.user_id].near(line) if line.user_id in by_person else ()
        best = max(own, key=lambda turn: _shared_ms(turn, line), default=None)
        if best is not None and _shared_ms(best, line) > 0:
            found.setdefault(best.id, []).append(line)
    return found


class _Own(NamedTuple):
    """One person's turns by their start: a long meeting has too many to ask each of each line."""

    turns: list[Turned]
    starts: list[int]
    reached: list[int]
    """The latest end up to each turn."""

    def add(self, turn: Turned) -> None:
        self.turns.append(turn)
        self.starts.append(turn.start_ms)
        self.reached.append(max(turn.end_ms, self.reached[-1] if self.reached else 0))

    def near(self, line: Timed) -> Sequence[Turned]:
        """All that share time with it are among them."""
        first = bisect_right(self.reached, line.start_ms)
        return self.turns[first : bisect_left(self.starts, line.end_ms)]


def _shared_ms(turn: Timed, line: Timed) -> int:
    return min(turn.end_ms, line.end_ms) - max(turn.start_ms, line.start_ms)


def lies_in(line: Timed, stretches: Iterable[tuple[int, int]]) -> bool:
    """Whether a line and one of these stretches [ms, ms) are about the same words: they share half
    of the shorter of the two or more. Neighbours may touch, since people move edges a little."""
    return any(
        2 * (min(end, line.end_ms) - max(start, line.start_ms))
        >= min(end - start, line.end_ms - line.start_ms)
        for start, end in stretches
    )
