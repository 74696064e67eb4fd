"""When each packet of one transport arrived, by the number it carries for that purpose.

The extension is transport-wide (draft-holmer-rmcat-transport-wide-cc-extensions-01): one row of
numbers for all sources of a transport, so that its sender can see the path's delay and loss.
"""

from typing import NamedTuple, Protocol

from media.native import library

MOST = 512
"""Kept until they are taken, each 80 ms. Lower: a fast burst goes unreported and looks lost.
Higher: memory."""


class Arrival(NamedTuple):
    number: int
    """Extended."""
    at: float
    """Monotonic seconds."""


class _Memory(Protocol):
    """Shared with the C packet path."""

    count: int
    number: list[int]
    at: list[float]


class Arrivals:
    __slots__ = ("_highest", "memory")

    def __init__(self) -> None:
        self.memory: _Memory = library.new("arrivals")
        self._highest = -1

    def seen(self, number: int, now: float) -> None:
        memory = self.memory
        if memory.count < MOST:
            memory.number[memory.count] = number
            memory.at[memory.count] = now
            memory.count += 1

    def take(self) -> list[Arrival]:
        """In the order of their numbers, each once; forgets them."""
        memory = self.memory
        taken: dict[int, float] = {}
        for place in range(memory.count):
            taken.setdefault(self._extend(memory.number[place]), memory.at[place])
        memory.count = 0
        return [Arrival(*pair) for pair in sorted(taken.items())]

    def _extend(self, number: int) -> int:
        """RFC 3550 A.1, without its doubts: the transport's keys vouch for the packet."""
        if self._highest < 0:
            self._highest = 0x10000 + number
            return self._highest
        extended = self._highest + ((number - self._highest + 0x8000 & 0xFFFF) - 0x8000)
        self._highest = max(self._highest, extended)
        return extended
