"""VP9 in RTP (RFC 9628), flexible and not; of spatial layers the lowest."""

from collections.abc import Sequence

from media.recorder.bits import Bits
from media.recorder.pictures import Part

SYNC_CODE = 0x498342
HEADER_BYTES = 20
"""The size of a key frame lies within so many."""


class Vp9:
    name = "vp9"

    def read(self, payload: bytes) -> Part:
        """The descriptor (§4.2)."""
        first, at = payload[0], 1
        base, layer, size = None, 0, 0
        if first & 0x80:
            at += 2 if payload[at] & 0x80 else 1
        if first & 0x20:
            layer, size, at = payload[at] >> 5, payload[at] >> 1 & 7, at + 1
            if not first & 0x10:
                base, at = payload[at], at + 1
        if first & 0x10 and first & 0x40:
            at = _references_end(payload, at)
        if first & 0x02:
            at = _structure_end(payload, at)
        if len(payload) <= at:
            raise ValueError("nothing after the descriptor")
        begins, ends = bool(first & 0x08), bool(first & 0x04)
        return Part(payload[at:], begins, ends, base, layer, is_spare=size > 0)

    def join(self, parts: Sequence[bytes]) -> bytes:
        return b"".join(parts)

    def size(self, picture: bytes) -> tuple[int, int] | None:
        """From the uncompressed header (VP9 bitstream specification §6.2)."""
        try:
            return _size(Bits(picture[:HEADER_BYTES]))
        except ValueError:
            return None


def _references_end(payload: bytes, at: int) -> int:
    for _ in range(3):
        more, at = payload[at] & 1, at + 1
        if not more:
            return at
    raise ValueError("more than three references")


def _structure_end(payload: bytes, at: int) -> int:
    """The scalability structure (§4.2.1) is passed over: only its lowest size is taken."""
    head, at = payload[at], at + 1
    if head & 0x10:
        at += 4 * ((head >> 5) + 1)
    if head & 0x08:
        pictures, at = payload[at], at + 1
        for _ in range(pictures):
            at += 1 + (payload[at] >> 2 & 3)
    return at


def _size(bits: Bits) -> tuple[int, int] | None:
    if bits.take(2) != 2:
        return None
    profile = bits.take(1) | bits.take(1) << 1
    if profile == 3:
        bits.take(1)
    shows_existing, is_inter = bits.flag(), False
    if not shows_existing:
        is_inter = bits.flag()
    if shows_existing or is_inter:
        return None
    bits.take(2)  # show_frame, error_resilient_mode
    if bits.take(24) != SYNC_CODE:
        return None
    if profile >= 2:
        bits.take(1)
    if bits.take(3) != 7:  # any colour space but RGB
        bits.take(1 + (3 if profile in (1, 3) else 0))
    elif profile in (1, 3):
        bits.take(1)
    return bits.take(16) + 1, bits.take(16) + 1
