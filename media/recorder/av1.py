"""AV1 in RTP (the Alliance's RTP payload format, version 1.0): OBUs cut out of the packets.

A picture is a temporal unit as WebM takes it: every OBU says its own size, and the delimiter is
left out. Spatial layers stay as they are; nobody here sends them.
"""

from collections.abc import Iterator, Sequence

from media.recorder.bits import Bits
from media.recorder.pictures import Part

SEQUENCE, DELIMITER, FRAME_HEADER, TILES, FRAME, TILE_LIST, PADDING = 1, 2, 3, 4, 6, 8, 15
LEFT_OUT = (DELIMITER, TILE_LIST, PADDING)
KEY_FRAME = 0


class Av1:
    name = "av1"

    def read(self, payload: bytes) -> Part:
        """The aggregation header (§4.4). Continues (Z), or begins a coded video sequence (N)."""
        head = payload[0]
        if len(payload) < 2 or (head & 0x80 and head & 0x08):
            raise ValueError("no aggregation header")
        return Part(payload, False if head & 0x80 else True if head & 0x08 else None)

    def join(self, parts: Sequence[bytes]) -> bytes:
        return b"".join(_sized(obu) for obu in _obus(parts) if _kind(obu) not in LEFT_OUT)

    def size(self, picture: bytes) -> tuple[int, int] | None:
        """Of a picture that begins with a sequence header, if its frame is a key frame."""
        size = None
        try:
            for kind, content in contents(picture):
                if kind == SEQUENCE:
                    size = _sequence_size(Bits(content))
                elif kind in (FRAME, FRAME_HEADER):
                    bits = Bits(content[:1])
                    is_key = not bits.flag() and bits.take(2) == KEY_FRAME
                    return size if is_key else None
        except (ValueError, IndexError):
            return None
        return None


def contents(picture: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of each OBU; they have their sizes. Raises ValueError, IndexError."""
    at = 0
    while at < len(picture):
        head = picture[at]
        at += 2 if head & 0x04 else 1
        length, at = _leb128(picture, at)
        yield head >> 3 & 15, picture[at : at + length]
        at += length


def _obus(parts: Sequence[bytes]) -> Iterator[bytes]:
    """OBUs as they were before they were cut."""
    pending: bytes | None = None
    for payload in parts:
        elements = list(_elements(payload))
        if bool(payload[0] & 0x80) != (pending is not None):
            raise ValueError("an OBU has no beginning, or no end")
        if pending is not None:
            elements[0] = pending + elements[0]
        pending = elements.pop() if payload[0] & 0x40 else None
        yield from (element for element in elements if element)
    if pending is not None:
        raise ValueError("an OBU has no end")


def _elements(payload: bytes) -> Iterator[bytes]:
    """Each but the last of a counted row says its length."""
    count, at, number = payload[0] >> 4 & 3, 1, 0
    while at < len(payload):
        number += 1
        length = len(payload) - at
        if not count or number < count:
            length, at = _leb128(payload, at)
        if at + length > len(payload):
            raise ValueError("an OBU element is longer than its packet")
        yield payload[at : at + length]
        at += length
        if count and number == count:
            break
    if number < max(count, 1):
        raise ValueError("fewer OBU elements than announced")


def _kind(obu: bytes) -> int:
    return obu[0] >> 3 & 15


def _sized(obu: bytes) -> bytes:
    """With its size field. Raises ValueError where one is there and wrong."""
    head = 2 if obu[0] & 0x04 else 1
    if not obu[0] & 0x02:
        return bytes([obu[0] | 0x02]) + obu[1:head] + _to_leb128(len(obu) - head) + obu[head:]
    length, at = _leb128(obu, head)
    if at + length > len(obu):
        raise ValueError("an OBU is shorter than it says")
    return obu[: at + length]


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """The number, and where it ends."""
    value = 0
    for place in range(8):
        byte, at = data[at], at + 1
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at
    raise ValueError("a length of more than eight bytes")


def _to_leb128(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _sequence_size(bits: Bits) -> tuple[int, int]:
    """From the sequence header (AV1 bitstream specification §5.5)."""
    bits.take(4)  # seq_profile, still_picture
    if bits.flag():  # reduced_still_picture_header
        bits.take(5)
    else:
        _skip_operating_points(bits)
    widths, heights = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(widths) + 1, bits.take(heights) + 1


def _skip_operating_points(bits: Bits) -> None:
    delay_bits = 0
    if bits.flag():  # timing_info_present_flag
        bits.take(64)
        if bits.flag():
            bits.golomb()
        if bits.flag():  # decoder_model_info_present_flag
            delay_bits = bits.take(5) + 1
            bits.take(42)
    shows_delay = bits.flag()
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delay_bits and bits.flag():
            bits.take(2 * delay_bits + 1)
        if shows_delay and bits.flag():
            bits.take(4)
