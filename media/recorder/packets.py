"""RTP packets from a tape: parsed, numbered without wrap-around, in order, once each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from media.tape.format import Packet

WAIT_S = 2.0
"""Wait this long, in arrival time, for a missing packet before it counts as lost. Lower: late
retransmissions are lost. Higher: more packets are held in memory after each loss."""

RESTART_PACKETS = 3000
"""A jump of the sequence number beyond this is a sender that began anew, not a loss."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    arrival_s: float
    ssrc: int
    sequence: int
    """Without wrap-around: it only grows within one `stretch`."""
    timestamp: int
    """Without wrap-around within one `stretch`."""
    marker: bool
    payload: bytes
    stretch: int
    """Counts up when the sender begins anew: another SSRC, or numbers that do not go on."""


def parse(data: bytes) -> tuple[int, int, int, bool, bytes]:
    """SSRC, sequence, timestamp, marker and payload (RFC 3550 §5.1). Raises ValueError."""
    if len(data) < 12 or data[0] >> 6 != 2:
        raise ValueError("not an RTP packet")
    start = 12 + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < start + 4:
            raise ValueError("the header extension is cut")
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    if end < start:
        raise ValueError("the packet is shorter than its header says")
    number = int.from_bytes
    head = (number(data[8:12], "big"), number(data[2:4], "big"), number(data[4:8], "big"))
    return *head, bool(data[1] & 0x80), data[start:end]


class Numbering:
    """Takes the wrap-around out of sequence numbers and timestamps, and finds new stretches."""

    def __init__(self) -> None:
        self.stretch = -1
        self.malformed = 0
        self._ssrc: int | None = None
        self._sequence = 0
        self._timestamp = 0

    def number(self, packet: Packet) -> RtpPacket | None:
        """None for what is not an RTP packet; those are counted."""
        try:
            ssrc, sequence, timestamp, marker, payload = parse(packet.data)
        except ValueError:
            self.malformed += 1
            return None
        step = _signed(sequence - self._sequence, 16)
        if ssrc != self._ssrc or abs(step) > RESTART_PACKETS:
            self.stretch += 1
            self._ssrc, self._sequence, self._timestamp, step = ssrc, sequence, timestamp, 0
        extended = self._sequence + step
        time = self._timestamp + _signed(timestamp - self._timestamp, 32)
        if step > 0:
            self._sequence, self._timestamp = extended, time
        arrival = packet.arrival_s
        return RtpPacket(arrival, ssrc, extended, time, marker, payload, self.stretch)


def in_order(packets: Iterable[RtpPacket], losses: "Losses") -> Iterator[RtpPacket]:
    """Sorted by number within each stretch. Repeated and too late packets are left out."""
    held: dict[int, RtpPacket] = {}
    stretch, wanted = -1, 0
    for packet in packets:
        if packet.stretch != stretch:
            yield from _rest(held, wanted, losses)
            stretch, wanted = packet.stretch, packet.sequence
        if packet.sequence < wanted or packet.sequence in held:
            losses.repeated += 1
            continue
        held[packet.sequence] = packet
        while held:
            if wanted not in held:
                oldest = next(iter(held.values()))  # the first to arrive after the hole
                if packet.arrival_s - oldest.arrival_s < WAIT_S:
                    break
                first = min(held)
                losses.lost += first - wanted
                wanted = first
            yield held.pop(wanted)
            wanted += 1
    yield from _rest(held, wanted, losses)


@dataclass
class Losses:
    lost: int = 0
    repeated: int = 0


def _rest(held: dict[int, RtpPacket], wanted: int, losses: Losses) -> Iterator[RtpPacket]:
    for number in sorted(held):
        losses.lost += number - wanted
        wanted = number + 1
        yield held[number]
    held.clear()


def _signed(difference: int, bits: int) -> int:
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half
