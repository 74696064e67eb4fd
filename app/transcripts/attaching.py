"""What lines share time with. Pure.

A line belongs to that turn of its speaker with which it shares most.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar
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
T = TypeVar("T", bound=Timed)


def attached(turns: Sequence[Turned], lines: Iterable[L]) -> Mapping[UUID, list[L]]:
    """Turn → its lines in order of time. A line that shares no time with any turn of its speaker
    belongs to none; of two turns that share the same, the earlier has it."""
    by_person = _by_person(turns)
    found: dict[UUID, list[L]] = {}
    for line in sorted(lines, key=lambda each: (each.start_ms, each.end_ms)):
        own = by_person[line.user_id].near(line) if line.user_id in by_person else ()
        best = max(own, key=lambda turn: _shared_ms(turn, line), default=None)
        if best is not None and _shared_ms(best, line) > 0:
            found.setdefault(best.id, []).append(line)
    return found


def _by_person(stretches: Iterable[T]) -> Mapping[UUID, "_Own[T]"]:
    found: dict[UUID, _Own[T]] = {}
    for each in sorted(stretches, key=lambda each: (each.start_ms, each.end_ms)):
        found.setdefault(each.user_id, _Own([], [], [])).add(each)
    return found


class _Own(NamedTuple, Generic[T]):
    """One person's by their start: a long meeting has too many to ask each of each line."""

    stretches: list[T]
    starts: list[int]
    reached: list[int]
    """The latest end up to each."""

    def add(self, stretch: T) -> None:
        self.stretches.append(stretch)
        self.starts.append(stretch.start_ms)
        self.reached.append(max(stretch.end_ms, self.reached[-1] if self.reached else 0))

    def near(self, line: Timed) -> Sequence[T]:
        """All that share time with it are among them."""
        first = bisect_right(self.reached, line.start_ms)
        return self.stretches[first : bisect_left(self.starts, line.end_ms)]


def apart(lines: Iterable[L], others: Iterable[Timed]) -> list[L]:
    """The lines that are not about the same words as any of their own speaker's among the others:
    of the shorter of two such lines half or more is shared. Neighbours may touch, since people move
    edges a little."""
    by_person = _by_person(others)
    return [
        line
        for line in lines
        if line.user_id not in by_person
        or not any(_same_words(each, line) for each in by_person[line.user_id].near(line))
    ]


def _same_words(one: Timed, other: Timed) -> bool:
    shorter = min(one.end_ms - one.start_ms, other.end_ms - other.start_ms)
    return 2 * _shared_ms(one, other) >= shorter


def _shared_ms(one: Timed, other: Timed) -> int:
    return min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
