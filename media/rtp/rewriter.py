"""What one receiver sees of one source: its own SSRC and an unbroken row of numbers.

Pure arithmetic; extended sequence numbers (`reception.py`) come in.
"""

from collections import deque
from struct import Struct

HEADER = Struct("!BHII")
"""What is rewritten: from the second byte of the packet to the end of its SSRC."""
REMEMBERED_SKIPS = 64
"""Holes closed lately. Lower: packets sent again after a burst of padding find no number. Higher:
a little memory and a longer search, only for late packets."""


class Rewriter:
    """Maps the numbers of one source to those of one subscription.

    A packet on purpose not sent must leave no hole, or the receiver asks for it again and again:
    `skip` closes the hole of one packet, `restart` that of any number (muted, source changed).
    Every extended number has at most one image and no two have the same, so a sequence number
    never repeats under one SRTP key within its roll-over (a reused nonce, RFC 7714 §8.1).
    """

    __slots__ = ("_earlier", "_first", "_offset", "_restart", "next", "payload_type", "ssrc")

    def __init__(self, ssrc: int, payload_type: int, first: int) -> None:
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.next = first
        """One more than the highest number given so far, extended."""
        self._first = 0
        self._offset = 0
        self._earlier: deque[tuple[int, int, int]] = deque(maxlen=REMEMBERED_SKIPS)
        """First, past the last, offset of the stretches before the latest hole, oldest first."""
        self._restart = True

    def restart(self) -> None:
        """The next packet continues the row whatever its number; older ones are let go."""
        self._restart = True
        self._earlier.clear()

    def skip(self, extended: int) -> bool:
        """Close the hole where `extended` would be; False if it is too late: send it instead."""
        if self._restart:
            return True
        if extended < self._first or extended + self._offset < self.next:
            return False
        self._earlier.append((self._first, extended, self._offset))
        self.next = extended + self._offset
        self._first = extended + 1
        self._offset -= 1
        return True

    def write(self, buffer: memoryview, extended: int, marker: int, timestamp: int) -> bool:
        """Put this receiver's header into `buffer`; False: this packet is not for sending.

        `marker` is 0x80 or 0.
        """
        offset = self._offset
        if self._restart:
            self._restart = False
            self._first = extended
            self._offset = offset = self.next - extended
        elif extended < self._first:
            late = self._late(extended)
            if late is None:
                return False
            offset = late
        number = extended + offset
        if number >= self.next:
            self.next = number + 1
        HEADER.pack_into(
            buffer, 1, marker | self.payload_type, number & 0xFFFF, timestamp, self.ssrc
        )
        return True

    def _late(self, extended: int) -> int | None:
        for first, past, offset in reversed(self._earlier):
            if first <= extended < past:
                return offset
        return None

    def source_number(self, number: int) -> int | None:
        """The source's extended number behind the 16-bit `number` a receiver names, if known."""
        ahead = (number - self.next + 0x8000 & 0xFFFF) - 0x8000
        if self._restart or ahead >= 0:
            return None
        extended = self.next + ahead
        if extended - self._offset >= self._first:
            return extended - self._offset
        for first, past, offset in reversed(self._earlier):
            if first <= extended - offset < past:
                return extended - offset
        return None
