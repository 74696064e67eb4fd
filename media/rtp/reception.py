"""What has arrived of one source: extended numbers, and the figures of a receiver report.

RFC 3550 appendix A.1 (roll-over), A.3 (loss), A.8 (jitter). `now` is monotonic seconds.
"""

from dataclasses import dataclass

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


class Reception:
    """Counts one SSRC. `seen` is on the packet path: plain arithmetic, nothing allocated."""

    __slots__ = (
        "_anew",
        "_clock_rate",
        "_expected_before",
        "_first",
        "_jitter",
        "_received_before",
        "_report_at",
        "_report_ntp",
        "_transit",
        "highest",
        "received",
        "restarted",
    )

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self.highest = -1
        """Highest extended sequence number; starts one roll-over up, so that late packets from
        before the first one have numbers too."""
        self.received = 0
        self.restarted = False
        """The last packet seen jumped too far to belong to the row before it."""
        self._anew = False
        self._first = 0
        self._jitter = 0.0
        self._transit = 0
        self._expected_before = 0
        self._received_before = 0
        self._report_ntp = 0
        self._report_at = 0.0

    def seen(self, sequence: int, timestamp: int, now: float) -> int:
        """Count a packet and give its extended sequence number."""
        highest = self.highest
        self.received += 1
        ahead = (sequence - highest + 0x8000 & 0xFFFF) - 0x8000
        if highest < 0 or self._anew or not -LARGEST_JUMP < ahead < LARGEST_JUMP:
            return self._start(sequence, timestamp, now)
        self.restarted = False
        if ahead > 0:
            self.highest = highest + ahead
            transit = int(now * self._clock_rate) - timestamp
            change = transit - self._transit
            self._transit = transit
            change = abs((change + 0x80000000 & 0xFFFFFFFF) - 0x80000000)
            self._jitter += (change - self._jitter) / 16
        return highest + ahead

    def renew(self) -> None:
        """The next packet begins a new row: the source has changed its SSRC."""
        self._anew = self.highest >= 0

    def _start(self, sequence: int, timestamp: int, now: float) -> int:
        """Begin the row; one roll-over above all earlier numbers, so that none repeats."""
        self._anew = False
        self.restarted = self.highest >= 0
        base = (self.highest | 0xFFFF) + 1 if self.restarted else 0
        self.highest = self._first = base + 0x10000 + sequence
        self.received = 1
        self._expected_before = self._received_before = 0
        self._jitter = 0.0
        self._transit = int(now * self._clock_rate) - timestamp
        return self.highest

    def reported(self, ntp: int, now: float) -> None:
        """The sender's report arrived; its middle 32 bits come back in our own."""
        self._report_ntp = ntp >> 16 & 0xFFFFFFFF
        self._report_at = now

    def figures(self, now: float) -> ReceptionFigures:
        """The report block for the time since the last call."""
        expected = self.highest - self._first + 1 if self.highest >= 0 else 0
        lost = max(-0x800000, min(0x7FFFFF, expected - self.received))
        interval = expected - self._expected_before
        missing = interval - (self.received - self._received_before)
        self._expected_before, self._received_before = expected, self.received
        fraction = min(255, (missing << 8) // interval) if interval > 0 and missing > 0 else 0
        delay = int((now - self._report_at) * 65536) if self._report_ntp else 0
        return ReceptionFigures(
            fraction,
            lost,
            max(0, self.highest) & 0xFFFFFFFF,
            int(self._jitter) & 0xFFFFFFFF,
            self._report_ntp,
            max(0, min(delay, 0xFFFFFFFF)),
        )
