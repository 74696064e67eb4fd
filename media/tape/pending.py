"""What of a tape waits to be sealed: records in memory, to which the C packet path appends too."""

from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Any

from media.native import library
from media.tape.format import PACKET, RECORD_HEAD, REPORT, SENDER_REPORT

ROOM = 256 << 10
"""Bytes. Lower: a key frame on a fast line needs a chunk of its own. Higher: a publisher that
floods takes more of the node's memory. At 1.5 Mbit/s 200 ms are 38 KB."""


class Pending:
    """Fixed memory, so that C can hold its address. `started`: monotonic seconds."""

    __slots__ = ("_bytes", "_view", "memory")

    def __init__(self, started: float) -> None:
        self._bytes = mmap(-1, ROOM, flags=MAP_PRIVATE | MAP_ANONYMOUS)  # takes what is used
        self._view = memoryview(self._bytes)
        self.memory: Any = library.new("pending")
        self.memory.started = started
        self.memory.room = ROOM
        self.memory.open = 1
        if library.native():
            self.memory.bytes = library.ffi.from_buffer("uint8_t[]", self._bytes)

    def packet(self, packet: bytes | bytearray, now: float) -> bool:
        """False, and nothing was added, if there is no room."""
        return self._append(PACKET, packet, now)

    def report(self, rtp_timestamp: int, ntp: int, now: float) -> bool:
        return self._append(SENDER_REPORT, REPORT.pack(rtp_timestamp, ntp), now)

    def _append(self, kind: int, payload: bytes | bytearray, now: float) -> bool:
        memory = self.memory
        at = memory.size
        begin = at + RECORD_HEAD.size
        end = begin + len(payload)
        if end > ROOM:
            return False
        since_us = max(0, int((now - memory.started) * 1e6))
        RECORD_HEAD.pack_into(self._bytes, at, kind, len(payload), since_us)
        self._view[begin:end] = payload
        memory.size = end
        return True

    def take(self) -> memoryview:
        """All records, as they lie there until the next comes; forgets them."""
        taken = self._view[: self.memory.size]
        self.memory.size = 0
        return taken

    def close(self) -> None:
        """Nothing is added from now on, by C either."""
        self.memory.open = 0
        self.memory.size = 0

    def __len__(self) -> int:
        return int(self.memory.size)
