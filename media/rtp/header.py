"""The RTP header as it lies in the packet (RFC 3550 §5.1, RFC 8285), read and changed in place.

Every refusal is a `ValueError` with one precise sentence; the caller drops the packet and counts.
"""

import struct

FIXED = struct.Struct("!BBHII")
"""Version…CSRC count, marker and payload type, sequence number, timestamp, SSRC."""
EXTENSION_HEAD = struct.Struct("!HH")
FIXED_BYTES = 12
ONE_BYTE = 0xBEDE
TWO_BYTE = 0x1000
"""RFC 8285 §4.3: the lowest four bits ("appbits") are free, so compare the upper twelve."""


def is_rtcp(second_byte: int) -> bool:
    """RFC 5761 §4: payload types 64–95 are RTCP when both share one port."""
    return 192 <= second_byte <= 223


def extension_span(packet: bytes | bytearray) -> tuple[int, int, int]:
    """Profile, start and end of the extension block; (0, 0, 0) without one.

    Raises ValueError if the packet ends inside its own header.
    """
    if len(packet) < FIXED_BYTES:
        raise ValueError("RTP packet is shorter than its fixed header")
    first = packet[0]
    if first >> 6 != 2:
        raise ValueError("RTP version is not 2")
    start = FIXED_BYTES + 4 * (first & 0x0F)
    if not first & 0x10:
        if len(packet) < start:
            raise ValueError("RTP packet ends inside its list of sources")
        return 0, 0, 0
    if len(packet) < start + 4:
        raise ValueError("RTP packet ends inside the head of its extension")
    profile, words = EXTENSION_HEAD.unpack_from(packet, start)
    start += 4
    end = start + 4 * words
    if len(packet) < end:
        raise ValueError("RTP packet ends inside its extension")
    return profile, start, end


def is_empty(packet: bytes | bytearray) -> bool:
    """Whether it carries nothing but padding: browsers probe the path with such packets.

    Raises ValueError on a malformed header.
    """
    _, _, end = extension_span(packet)
    end = end or FIXED_BYTES + 4 * (packet[0] & 0x0F)
    padding = packet[-1] if packet[0] & 0x20 else 0
    return len(packet) - padding <= end


def find_extension(packet: bytes | bytearray, wanted: int) -> bytes | None:
    """The value under extension id `wanted`, or None. Raises ValueError on a malformed header."""
    start, end = extension_place(packet, wanted)
    return bytes(packet[start:end]) if start else None


def extension_place(packet: bytes | bytearray, wanted: int) -> tuple[int, int]:
    """Where the value under extension id `wanted` begins and ends; (0, 0) without it.

    Raises ValueError on a malformed header.
    """
    profile, at, end = extension_span(packet)
    one_byte = profile == ONE_BYTE
    if not one_byte and profile & 0xFFF0 != TWO_BYTE:
        return 0, 0
    while at < end:
        head = packet[at]
        if head == 0:
            at += 1
            continue
        identifier, value, past = _element(packet, at, end, one_byte)
        if identifier == wanted:
            return value, past
        at = past
    return 0, 0


def translate_extensions(
    packet: bytearray, table: bytes, level_id: int, sequence_id: int = 0
) -> tuple[int | None, int]:
    """Give every extension its id from `table` (256 bytes, old id → new id) in place.

    An id which the table maps to 0 is wiped to padding: no byte moves, and nothing of it remains.
    Returns the first value byte under the old id `level_id` (the audio level, RFC 6464), if any,
    and where the two bytes first under the old id `sequence_id` lie now; 0: nowhere. Id 0: not
    wanted.
    Raises ValueError on a malformed header; the packet may then be half translated.
    """
    profile, at, end = extension_span(packet)
    one_byte = profile == ONE_BYTE
    if not one_byte and profile & 0xFFF0 != TWO_BYTE:
        packet[at:end] = bytes(end - at)
        return None, 0
    level, sequence_at = None, 0
    while at < end:
        if packet[at] == 0:
            at += 1
            continue
        identifier, value, past = _element(packet, at, end, one_byte)
        if level_id and identifier == level_id and value < past:
            level = packet[value]
        new = table[identifier]
        kept = new != 0 and not (one_byte and new > 14)
        if sequence_id and identifier == sequence_id:
            sequence_id = 0
            sequence_at = value if kept and value + 2 <= past else 0
        if not kept:
            packet[at:past] = bytes(past - at)
        elif one_byte:
            packet[at] = new << 4 | packet[at] & 0x0F
        else:
            packet[at] = new
        at = past
    return level, sequence_at


def rename_extension(packet: bytearray, value_at: int, identifier: int) -> None:
    """Give the extension whose value lies at `value_at` another id, 1 to 14, in place."""
    profile, _, _ = extension_span(packet)
    if profile == ONE_BYTE:
        packet[value_at - 1] = identifier << 4 | packet[value_at - 1] & 0x0F
    else:
        packet[value_at - 2] = identifier


def _element(packet: bytes | bytearray, at: int, end: int, one_byte: bool) -> tuple[int, int, int]:
    """Id, start and end of the value of the element at `at`."""
    if one_byte:
        identifier = packet[at] >> 4
        value = at + 1
        past = value + (packet[at] & 0x0F) + 1
        if identifier == 15:  # RFC 8285 §4.2: stop reading; what follows is not ours to know
            past = end
    else:
        if at + 2 > end:
            raise ValueError("RTP extension element ends inside its head")
        identifier = packet[at]
        value = at + 2
        past = value + packet[at + 1]
    if past > end:
        raise ValueError("RTP extension element is longer than its block")
    return identifier, value, past
