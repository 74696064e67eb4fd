"""The VP8 payload descriptor (RFC 7741 §4.2): where a picture begins, and its numbers.

A receiver that is moved from one layer to another must see picture numbers that go on, so they are
rewritten; nothing is decoded.
"""

from typing import NamedTuple

from media.rtp.header import FIXED_BYTES, extension_span


class Picture(NamedTuple):
    """What one packet says of the picture it belongs to."""

    number_at: int
    """Where PictureID lies in the packet; 0: it has none."""
    number: int
    wide: bool
    """15 bits, not 7."""
    tl0_at: int
    """Where TL0PICIDX lies; 0: it has none."""
    tl0: int
    temporal: int
    """The temporal layer (TID): without those above, the rest can be decoded."""
    begins: bool
    """This is its first packet."""
    sync: bool
    """It needs nothing of its own temporal layer (Y): a receiver may go up to it here."""
    key: bool
    """With `begins`: it is a key frame."""

    @property
    def begins_keyframe(self) -> bool:
        return self.begins and self.key


def read(packet: bytes | bytearray) -> Picture:
    """Raises ValueError if the descriptor does not fit into the packet."""
    _, _, end = extension_span(packet)
    at = end or FIXED_BYTES + 4 * (packet[0] & 0x0F)
    try:
        return _read(packet, at)
    except IndexError:
        raise ValueError("VP8 packet ends inside its descriptor") from None


def _read(packet: bytes | bytearray, at: int) -> Picture:
    first = packet[at]
    number_at = number = tl0_at = tl0 = temporal = 0
    wide = sync = False
    at += 1
    if first & 0x80:
        present = packet[at]
        at += 1
        if present & 0x80:
            number_at = at
            wide = bool(packet[at] & 0x80)
            number = packet[at] & 0x7F
            at += 1
            if wide:
                number = number << 8 | packet[at]
                at += 1
        if present & 0x40:
            tl0_at, tl0 = at, packet[at]
            at += 1
        if present & 0x30:
            if present & 0x20:
                temporal, sync = packet[at] >> 6, bool(packet[at] & 0x20)
            at += 1
    begins = bool(first & 0x10) and not first & 0x07
    key = not packet[at] & 0x01
    return Picture(number_at, number, wide, tl0_at, tl0, temporal, begins, sync, key)


def renumber(buffer: memoryview, picture: Picture, number: int, tl0: int) -> None:
    """Write other numbers in place of the picture's; what it does not have is not added."""
    at = picture.number_at
    if at and picture.wide:
        buffer[at] = 0x80 | number >> 8 & 0x7F
        buffer[at + 1] = number & 0xFF
    elif at:
        buffer[at] = number & 0x7F
    if picture.tl0_at:
        buffer[picture.tl0_at] = tl0 & 0xFF
