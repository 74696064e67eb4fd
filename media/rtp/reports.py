"""What a receiver's own reports tell: its round trip, and its losses where it tells them in no
better way (RFC 3550 §6.4.1)."""

from aiortc.rtp import RtcpReceiverInfo

LONGEST_RTT_S = 10.0
"""Above it a report is taken for nonsense. Lower: a satellite's full queue is not believed. Higher:
nothing is gained: nobody talks like that."""
MOST_EXPECTED = 20_000
"""Packets between two reports of one stream: more is another row, or a lie."""
MOST_STREAMS = 64
"""That are remembered at a time."""


class ReceiverReports:
    """Of one receiver, about all streams it is sent. `now`: monotonic seconds."""

    __slots__ = ("_before", "expected", "lost", "rtt_s")

    def __init__(self) -> None:
        self.rtt_s: float | None = None
        """To the receiver and back; None until one was measured."""
        self.expected = self.lost = 0
        """Packets since the start, of all streams."""
        self._before: dict[int, tuple[int, int]] = {}

    def hear(
        self, block: RtcpReceiverInfo, report_ntp: int | None, reported_at: float, now: float
    ) -> None:
        """`report_ntp`: of the last sender report that it was sent about this stream, and when."""
        if report_ntp is not None and block.lsr and block.lsr == report_ntp >> 16 & 0xFFFFFFFF:
            rtt_s = now - reported_at - block.dlsr / 65536
            if -0.005 < rtt_s < LONGEST_RTT_S:
                self.rtt_s = max(0.0, rtt_s)
        self._count(block)

    def _count(self, block: RtcpReceiverInfo) -> None:
        before = self._before.pop(block.ssrc, None)
        self._before[block.ssrc] = block.highest_sequence, block.packets_lost
        if len(self._before) > MOST_STREAMS:
            del self._before[next(iter(self._before))]
        if before is None:
            return
        expected = block.highest_sequence - before[0] & 0xFFFFFFFF
        if expected <= MOST_EXPECTED:
            self.expected += expected
            self.lost += min(max(0, block.packets_lost - before[1]), expected)
