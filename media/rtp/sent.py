"""What a transport has sent lately, by the transport-wide number it carried.

The receiver's feedback (transport_feedback.py) names these numbers; together they tell how long
each packet took, up to a constant, and how fast the path delivers.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from media.native import library
from media.rtp.transport_feedback import WRAP_S, Feedback

REMEMBERED = 2048
"""A power of two. Lower: feedback that comes late names what was forgotten. Higher: memory; at
1,000 packets a second these are two seconds."""


class Delivery(NamedTuple):
    """One packet of which the receiver has told."""

    sent_at: float
    """Monotonic seconds, ours."""
    arrived_at: float | None
    """Seconds on the receiver's clock; None: lost."""
    octets: int


class _Memory(Protocol):
    """Shared with the C packet path."""

    next: int
    at: list[float]
    octets: list[int]


class SentLog:
    __slots__ = ("_latest", "memory")

    def __init__(self) -> None:
        self.memory: _Memory = library.new("sent")
        self._latest: float | None = None

    def number(self, octets: int, now: float) -> int:
        """The 16-bit number of the packet that is now sent."""
        memory = self.memory
        number = memory.next
        memory.at[number % REMEMBERED] = now
        memory.octets[number % REMEMBERED] = octets
        memory.next = number + 1 & 0xFFFF
        return number

    def forget(self, number: int) -> None:
        """What the receiver tells of it from now on is ignored."""
        self.memory.octets[number % REMEMBERED] = 0

    def deliveries(self, feedback: Feedback) -> Iterator[Delivery]:
        """In the order of sending. Each packet is told of once: feedback that repeats is ignored,
        as is what it says of numbers that were never given."""
        memory = self.memory
        for place, arrived in enumerate(feedback.arrivals):
            number = feedback.base + place & 0xFFFF
            behind = memory.next - number & 0xFFFF
            slot = number % REMEMBERED
            if not 0 < behind <= REMEMBERED or not memory.octets[slot]:
                continue
            octets, memory.octets[slot] = memory.octets[slot], 0
            yield Delivery(memory.at[slot], self._unwrap(arrived), octets)

    def _unwrap(self, arrived: float | None) -> float | None:
        """On one line: the time in feedback begins again after some days, of which the receiver
        may have spent most before it came."""
        if arrived is None:
            return None
        if self._latest is not None:
            arrived -= round((arrived - self._latest) / WRAP_S) * WRAP_S
        self._latest = arrived
        return arrived
