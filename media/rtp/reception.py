"""What has arrived of one source: extended numbers, and the figures of a receiver report.

RFC 3550 appendix A.1 (roll-over), A.3 (loss), A.8 (jitter). `now` is monotonic seconds.
"""

from dataclasses import dataclass
from typing import Protocol

from media.native import library

LARGEST_JUMP = 3000
"""RFC 3550 A.1 MAX_DROPOUT: a number further off starts the source anew. Lower: a long outage of
the network looks like a new source. Higher: a source that restarted is taken for a late one."""


@dataclass(frozen=True)
class ReceptionFigures:
    """One report block, RFC 3550 §6.4.1."""

    fraction_lost: int
    packets_lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    delay: int


class Numbers(Protocol):
    """Shared with the C packet path, which counts what comes in order."""

    highest: int
    """Highest extended sequence number; starts one roll-over up, so that late packets from before
    the first one have numbers too. −1: nothing came yet."""
    received: int
    octets: int
    """Of whole packets, headers included."""
    first: int
    transit: int
    jitter: float
    """RTP ticks."""
    clock_rate: int
    temporal: int
    """The highest temporal layer seen, for a picture in layers."""
    anew: int
    restarted: int


class Reception:
    """Counts one SSRC. `seen` is on the packet path: plain arithmetic, nothing allocated."""

    __slots__ = ("_expected_before", "_received_before", "_report_at", "_report_ntp", "numbers")

    def __init__(self, clock_rate: int) -> None:
        self.numbers: Numbers = library.new("numbers")
        self.numbers.highest = -1
        self.numbers.clock_rate = clock_rate
        self._expected_before = 0
        self._received_before = 0
        self._report_ntp = 0
        self._report_at = 0.0

    @property
    def highest(self) -> int:
        return self.numbers.highest

    @property
    def received(self) -> int:
        return self.numbers.received

    @property
    def restarted(self) -> bool:
        """The last packet seen jumped too far to belong to the row before it."""
        return bool(self.numbers.restarted)

    def seen(self, sequence: int, timestamp: int, octets: int, now: float) -> int:
        """Count a packet of `octets` bytes and give its extended sequence number."""
        numbers = self.numbers
        numbers.octets += octets
        highest = numbers.highest
        ahead = (sequence - highest + 0x8000 & 0xFFFF) - 0x8000
        if highest < 0 or numbers.anew or not -LARGEST_JUMP < ahead < LARGEST_JUMP:
            return self._start(sequence, timestamp, now)
        numbers.received += 1
        numbers.restarted = 0
        if ahead > 0:
            numbers.highest = highest + ahead
            transit = int(now * numbers.clock_rate) - timestamp
            change = transit - numbers.transit
            numbers.transit = transit
            change = abs((change + 0x80000000 & 0xFFFFFFFF) - 0x80000000)
            numbers.jitter += (change - numbers.jitter) / 16
        return highest + ahead

    def renew(self) -> None:
        """The next packet begins a new row: the source has changed its SSRC."""
        self.numbers.anew = int(self.numbers.highest >= 0)

    def _start(self, sequence: int, timestamp: int, now: float) -> int:
        """Begin the row; one roll-over above all earlier numbers, so that none repeats."""
        numbers = self.numbers
        numbers.anew = 0
        numbers.restarted = int(numbers.highest >= 0)
        base = (numbers.highest | 0xFFFF) + 1 if numbers.restarted else 0
        numbers.highest = numbers.first = base + 0x10000 + sequence
        numbers.received = 1
        self._expected_before = self._received_before = 0
        numbers.jitter = 0.0
        numbers.transit = int(now * numbers.clock_rate) - timestamp
        return numbers.highest

    def reported(self, ntp: int, now: float) -> None:
        """The sender's report arrived; its middle 32 bits come back in our own."""
        self._report_ntp = ntp >> 16 & 0xFFFFFFFF
        self._report_at = now

    def figures(self, now: float) -> ReceptionFigures:
        """The report block for the time since the last call."""
        numbers = self.numbers
        highest, received = numbers.highest, numbers.received
        expected = highest - numbers.first + 1 if highest >= 0 else 0
        lost = max(-0x800000, min(0x7FFFFF, expected - received))
        interval = expected - self._expected_before
        missing = interval - (received - self._received_before)
        self._expected_before, self._received_before = expected, received
        fraction = min(255, (missing << 8) // interval) if interval > 0 and missing > 0 else 0
        delay = int((now - self._report_at) * 65536) if self._report_ntp else 0
        return ReceptionFigures(
            fraction,
            lost,
            max(0, highest) & 0xFFFFFFFF,
            int(numbers.jitter) & 0xFFFFFFFF,
            self._report_ntp,
            max(0, min(delay, 0xFFFFFFFF)),
        )
