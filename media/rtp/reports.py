"""What a receiver's own reports tell: its round trip (RFC 3550 §6.4.1).

Not its losses: a hole in a sender's row is a hole in what each receiver gets, too, and would be
laid at all their doors. Those of the path itself are told by transport-wide feedback (estimate.py).
"""

from aiortc.rtp import RtcpReceiverInfo

LONGEST_RTT_S = 10.0
"""Above it a report is taken for nonsense. Lower: a satellite's full queue is not believed. Higher:
nothing is gained: nobody talks like that."""


class ReceiverReports:
    """Of one receiver, about all streams it is sent. `now`: monotonic seconds."""

    __slots__ = ("rtt_s",)

    def __init__(self) -> None:
        self.rtt_s: float | None = None
        """To the receiver and back; None until one was measured."""

    def hear(
        self, block: RtcpReceiverInfo, report_ntp: int | None, reported_at: float, now: float
    ) -> None:
        """`report_ntp`: of the last sender report that it was sent about this stream, and when."""
        if report_ntp is not None and block.lsr and block.lsr == report_ntp >> 16 & 0xFFFFFFFF:
            rtt_s = now - reported_at - block.dlsr / 65536
            if -0.005 < rtt_s < LONGEST_RTT_S:
                self.rtt_s = max(0.0, rtt_s)
