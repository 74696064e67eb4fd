"""Audio levels (RFC 6464): packets bring them, a ticker takes them."""

from typing import Protocol

from media.native import library

MOST = 32
"""Kept at a time; the rest is let go. The ticker comes after some eight of 20 ms each."""


class _Memory(Protocol):
    """Shared with the C packet path."""

    count: int
    level: list[int]
    at: list[float]


class Levels:
    __slots__ = ("memory",)

    def __init__(self) -> None:
        self.memory: _Memory = library.new("levels")

    def heard(self, level: int, now: float) -> None:
        memory = self.memory
        if memory.count < MOST:
            memory.level[memory.count] = level
            memory.at[memory.count] = now
            memory.count += 1

    def take(self) -> list[tuple[int, float]]:
        """Each level and its monotonic second, oldest first; forgets them."""
        memory = self.memory
        taken = [(memory.level[i], memory.at[i]) for i in range(memory.count)]
        memory.count = 0
        return taken
