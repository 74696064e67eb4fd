"""What one receiver sees of one source: its own SSRC and an unbroken row of numbers.

Pure arithmetic; extended sequence numbers (`reception.py`) come in.
"""

from struct import Struct

HEADER = Struct("!BHII")
"""What is rewritten: from the second byte of the packet to the end of its SSRC."""


class Rewriter:
    """Maps the numbers of one source to those of one subscription.

    A packet on purpose not sent (muted, another layer) must leave no hole, or the receiver asks
    for it again and again: `restart` closes the hole at the next packet. Every extended number
    has at most one image and no two have the same, so a sequence number never repeats under one
    SRTP key within its roll-over (that would be a reused nonce, RFC 7714 §8.1).
    """

    __slots__ = ("_first", "_offset", "_restart", "_shift", "next", "payload_type", "ssrc")

    def __init__(self, ssrc: int, payload_type: int, first: int) -> None:
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.next = first
        """One more than the highest number given so far, extended."""
        self._offset = 0
        self._shift = 0
        self._first = 0
        self._restart = True

    def restart(self, timestamp_shift: int | None = None) -> None:
        """The next packet continues the row whatever its number; older ones are let go.

        `timestamp_shift`, if given, is added to the source's timestamps from there on.
        """
        self._restart = True
        if timestamp_shift is not None:
            self._shift = timestamp_shift

    def write(self, buffer: memoryview, extended: int, marker: int, timestamp: int) -> bool:
        """Put this receiver's header into `buffer`; False: this packet is not for sending.

        `marker` is 0x80 or 0.
        """
        if self._restart:
            self._restart = False
            self._first = extended
            self._offset = self.next - extended
        elif extended < self._first:
            return False
        number = extended + self._offset
        if number >= self.next:
            self.next = number + 1
        HEADER.pack_into(
            buffer,
            1,
            marker | self.payload_type,
            number & 0xFFFF,
            timestamp + self._shift & 0xFFFFFFFF,
            self.ssrc,
        )
        return True

    def source_number(self, number: int) -> int | None:
        """The source's extended number behind the 16-bit `number` a receiver names, if known."""
        ahead = (number - self.next + 0x8000 & 0xFFFF) - 0x8000
        extended = self.next + ahead - self._offset
        if self._restart or ahead >= 0 or extended < self._first:
            return None
        return extended

    def timestamp(self, timestamp: int) -> int:
        return timestamp + self._shift & 0xFFFFFFFF
