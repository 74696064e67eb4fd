"""The last packets of one publication, to send again what a receiver lost."""

CAPACITY = 512
"""Packets, a power of two. Lower: a receiver on a slow path asks in vain. Higher: memory; at
1,200 bytes 512 are 0.6 MB a video, some 3–8 s of it."""


class History:
    __slots__ = ("_numbers", "_packets")

    def __init__(self) -> None:
        self._numbers = [-1] * CAPACITY
        self._packets: list[bytearray | None] = [None] * CAPACITY

    def keep(self, extended: int, packet: bytearray) -> None:
        """Keeps the packet itself: it must not be changed any more."""
        slot = extended & CAPACITY - 1
        self._numbers[slot] = extended
        self._packets[slot] = packet

    def find(self, extended: int) -> bytearray | None:
        slot = extended & CAPACITY - 1
        return self._packets[slot] if self._numbers[slot] == extended else None
