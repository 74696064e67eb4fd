"""Packets sent again on a row of their own (RTX, RFC 4588), and how many may be."""

from struct import Struct

from media.rtp.header import FIXED, FIXED_BYTES, ONE_BYTE, extension_span

NUMBER = Struct("!H")
"""The original sequence number: the first two bytes of the payload (RFC 4588 §4)."""

PADDING_SEQUENCE_AT = FIXED_BYTES + 5


def padding(sequence_id: int) -> bytes:
    """A packet that carries nothing, as browsers send to see what a path carries: the most padding
    that one byte can count (RFC 3550 §5.1), and room for a transport-wide number."""
    fixed = bytes([0xB0, *bytes(FIXED_BYTES - 1)])
    extension = ONE_BYTE.to_bytes(2, "big") + bytes([0, 1, sequence_id << 4 | 1, 0, 0, 0])
    return fixed + extension + bytes(254) + b"\xff"


def restore(packet: bytearray, ssrc: int, payload_type: int) -> bytearray | None:
    """The packet that was sent again, as it was; None if it carries none: it was a probe.

    Raises ValueError on a malformed header.
    """
    _, _, end = extension_span(packet)
    start = end or FIXED_BYTES + 4 * (packet[0] & 0x0F)
    padding = packet[-1] if packet[0] & 0x20 else 0
    if len(packet) - padding < start + NUMBER.size:
        return None
    (number,) = NUMBER.unpack_from(packet, start)
    first, second, _, timestamp, _ = FIXED.unpack_from(packet)
    restored = packet[:start] + packet[start + NUMBER.size : len(packet) - padding]
    FIXED.pack_into(
        restored, 0, first & ~0x20, second & 0x80 | payload_type, number, timestamp, ssrc
    )
    return restored


class RepairRow:
    """The row of one receiver: its SSRC, payload type and own sequence numbers."""

    __slots__ = ("_next", "octets", "packets", "payload_type", "ssrc")

    def __init__(self, ssrc: int, payload_type: int, first: int) -> None:
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.packets = 0
        self.octets = 0
        self._next = first

    def write(self, buffer: memoryview, packet: bytes | bytearray, number: int) -> int:
        """Put `packet`, which this receiver knows as `number`, into `buffer`; the length there.

        Raises ValueError on a malformed header.
        """
        _, _, end = extension_span(packet)
        start = end or FIXED_BYTES + 4 * (packet[0] & 0x0F)
        length = len(packet) + NUMBER.size
        buffer[:start] = packet[:start]
        NUMBER.pack_into(buffer, start, number & 0xFFFF)
        buffer[start + NUMBER.size : length] = packet[start:]
        first, second, _, timestamp, _ = FIXED.unpack_from(packet)
        second = second & 0x80 | self.payload_type
        FIXED.pack_into(buffer, 0, first, second, self._next & 0xFFFF, timestamp, self.ssrc)
        self._next += 1
        self.packets += 1
        self.octets += length - FIXED_BYTES
        return length

    def pad(self, buffer: memoryview, padding: bytes, timestamp: int) -> None:
        """Put `padding` into `buffer` as the next of this row."""
        buffer[: len(padding)] = padding
        number, second = self._next & 0xFFFF, self.payload_type
        FIXED.pack_into(buffer, 0, padding[0], second, number, timestamp, self.ssrc)
        self._next += 1
        self.packets += 1


SHARE = 0.25
"""Of what is sent to a receiver for the first time, so much may be sent again. Lower: a burst of
loss is not filled. Higher: repairs crowd out what is new on a line that is too narrow."""
BURST_BYTES = 60_000
"""May be sent again at once: a key frame or two. The budget never grows beyond."""
AGAIN_S = 0.03
"""A packet is not sent again sooner than this after it was. Lower than the round trip: asked twice,
sent twice. Higher: a repair that is lost itself comes late."""


class RepairBudget:
    """What one receiver may still be sent again. `now`: monotonic seconds."""

    __slots__ = ("_left", "_seen_octets", "_sent_at")

    def __init__(self) -> None:
        self._left = float(BURST_BYTES)
        self._seen_octets = 0
        self._sent_at: dict[int, float] = {}

    def allows(self, number: int, length: int, octets: int, now: float) -> bool:
        """Whether the packet of `length` bytes may go again; then it is counted as sent.

        `octets`: sent for the first time so far.
        """
        grown = self._left + SHARE * (octets - self._seen_octets)
        self._left = min(float(BURST_BYTES), grown)
        self._seen_octets = octets
        if self._left < length or now - self._sent_at.get(number, -AGAIN_S) < AGAIN_S:
            return False
        self._left -= length
        self._forget(now)
        self._sent_at[number] = now
        return True

    def _forget(self, now: float) -> None:
        if len(self._sent_at) > 256:
            self._sent_at = {n: at for n, at in self._sent_at.items() if now - at < AGAIN_S}
