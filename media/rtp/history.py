"""The last packets of one publication, to send again what a receiver lost."""

from typing import Any

from media.native import library

CAPACITY = 512
"""Packets, a power of two. Lower: a receiver on a slow path asks in vain. Higher: memory; 512 are
0.8 MB a video, some 3–8 s of it."""
LARGEST = 1536
"""Bytes. What a browser sends fits into a path MTU; a larger packet is not kept."""


class History:
    """The C packet path writes here too: fixed places in one piece of memory."""

    __slots__ = ("_packets", "memory")

    def __init__(self) -> None:
        self.memory: Any = library.new("history")
        # Without C every place has a copy of its own, which only grows as far as is needed.
        self._packets = None if library.native() else [bytearray() for _ in range(CAPACITY)]

    def keep(self, extended: int, packet: bytearray) -> None:
        length = len(packet)
        if length > LARGEST:
            return
        slot = extended & CAPACITY - 1
        memory = self.memory
        memory.numbers[slot] = extended
        memory.lengths[slot] = length
        if self._packets is None:
            library.ffi.memmove(memory.packets[slot], packet, length)
        else:
            self._packets[slot][:] = packet

    def find(self, extended: int) -> bytearray | None:
        slot = extended & CAPACITY - 1
        memory = self.memory
        if not memory.lengths[slot] or memory.numbers[slot] != extended:
            return None
        if self._packets is None:
            return bytearray(library.ffi.buffer(memory.packets[slot], memory.lengths[slot]))
        return bytearray(self._packets[slot])
