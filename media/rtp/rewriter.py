"""What one receiver sees of one source: its own SSRC and an unbroken row of numbers.

Pure arithmetic; extended sequence numbers (`reception.py`) come in.
"""

from collections import deque
from struct import Struct
from typing import Protocol

from media.native import library
from media.rtp.vp8 import Picture, renumber

HEADER = Struct("!BHII")
"""What is rewritten: from the second byte of the packet to the end of its SSRC."""
REMEMBERED_SKIPS = 64
"""Holes closed lately. Lower: packets sent again after a burst of padding find no number. Higher:
a little memory and a longer search, only for late packets."""


class Row(Protocol):
    """Shared with the C packet path. Numbers are extended sequence numbers."""

    next: int
    """One more than the highest number given so far."""
    first: int
    """Of the source, where the present stretch began: `offset` holds from here on."""
    offset: int
    """What is added to the source's number."""
    ssrc: int
    payload_type: int
    restart: int
    started: int
    """Something was sent: what follows must continue it."""
    timestamp_offset: int
    """RTP ticks, modulo 2³². This and the next two change when a receiver is moved to another layer
    of a source."""
    picture_offset: int
    tl0_offset: int
    last_timestamp: int
    """As this receiver saw it, like the next two."""
    last_picture: int
    last_tl0: int


class Rewriter:
    """Maps the numbers of one source to those of one subscription.

    A packet on purpose not sent must leave no hole, or the receiver asks for it again and again:
    `skip` closes the hole of one packet, `restart` that of any number (muted, source changed).
    Every extended number has at most one image and no two have the same, so a sequence number
    never repeats under one SRTP key within its roll-over (a reused nonce, RFC 7714 §8.1).
    """

    __slots__ = ("_earlier", "row")

    def __init__(self, ssrc: int, payload_type: int, first: int) -> None:
        self.row: Row = library.new("row")
        self.row.ssrc = ssrc
        self.row.payload_type = payload_type
        self.row.next = first
        self.row.restart = 1
        self._earlier: deque[tuple[int, int, int]] = deque(maxlen=REMEMBERED_SKIPS)
        """First, past the last, offset of the stretches before the latest hole, oldest first."""

    @property
    def ssrc(self) -> int:
        return self.row.ssrc

    def restart(self) -> None:
        """The next packet continues the row whatever its number; older ones are let go."""
        self.row.restart = 1
        self._earlier.clear()

    def move(self, timestamp_offset: int, picture: Picture) -> None:
        """The next packet, which begins `picture`, comes from another layer with numbers of its
        own: let it continue what was sent."""
        row = self.row
        self.restart()
        if row.started:
            row.timestamp_offset = timestamp_offset & 0xFFFFFFFF
            row.picture_offset = row.last_picture + 1 - picture.number & 0x7FFF
            row.tl0_offset = row.last_tl0 + 1 - picture.tl0 & 0xFF

    def skip(self, extended: int) -> bool:
        """Close the hole where `extended` would be; False if it is too late: send it instead."""
        row = self.row
        if row.restart:
            return True
        if extended < row.first or extended + row.offset < row.next:
            return False
        self._earlier.append((row.first, extended, row.offset))
        row.next = extended + row.offset
        row.first = extended + 1
        row.offset -= 1
        return True

    def write(
        self,
        buffer: memoryview,
        extended: int,
        marker: int,
        timestamp: int,
        picture: Picture | None = None,
    ) -> bool:
        """Put this receiver's header into `buffer`; False: this packet is not for sending.

        `marker` is 0x80 or 0; `picture` is given for a source with layers.
        """
        row = self.row
        offset = row.offset
        if row.restart:
            row.restart = 0
            row.first = extended
            row.offset = offset = row.next - extended
        elif extended < row.first:
            late = self._late(extended)
            if late is None:
                return False
            offset = late
        number = extended + offset
        timestamp = timestamp + row.timestamp_offset & 0xFFFFFFFF
        if picture is not None:
            image = picture.number + row.picture_offset & 0x7FFF
            tl0 = picture.tl0 + row.tl0_offset & 0xFF
            renumber(buffer, picture, image, tl0)
            if number >= row.next:
                row.last_picture, row.last_tl0 = image, tl0
        if number >= row.next:
            row.next = number + 1
            row.last_timestamp = timestamp
            row.started = 1
        HEADER.pack_into(buffer, 1, marker | row.payload_type, number & 0xFFFF, timestamp, row.ssrc)
        return True

    def _late(self, extended: int) -> int | None:
        for first, past, offset in reversed(self._earlier):
            if first <= extended < past:
                return offset
        return None

    def source_number(self, number: int) -> int | None:
        """The source's extended number behind the 16-bit `number` a receiver names, if known."""
        row = self.row
        ahead = (number - row.next + 0x8000 & 0xFFFF) - 0x8000
        if row.restart or ahead >= 0:
            return None
        extended = row.next + ahead
        if extended - row.offset >= row.first:
            return extended - row.offset
        for first, past, offset in reversed(self._earlier):
            if first <= extended - offset < past:
                return extended - offset
        return None
