"""Words to turns: a line belongs to that turn of its speaker with which it shares most. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar
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
    by_person: dict[UUID, list[Turned]] = {}
    for turn in sorted(turns, key=lambda each: (each.start_ms, each.end_ms)):
        by_person.setdefault(turn.user_id, []).append(turn)
    found: dict[UUID, list[L]] = {}
    for line in sorted(lines, key=lambda each: (each.start_ms, each.end_ms)):
        own = by_person.get(line.user_id, [])
        best = max(own, key=lambda turn: _shared_ms(turn, line), default=None)
        if best is not None and _shared_ms(best, line) > 0:
            found.setdefault(best.id, []).append(line)
    return found


def _shared_ms(turn: Timed, line: Timed) -> int:
    return min(turn.end_ms, line.end_ms) - max(turn.start_ms, line.start_ms)
