"""One receiver of one publication: its own header on each packet, its own keys."""

from typing import Protocol

from media.native import library
from media.relay.transport import Transport
from media.rtp import feedback
from media.rtp.header import FIXED_BYTES
from media.rtp.repair import RepairBudget, RepairRow
from media.rtp.rewriter import Rewriter


class Outlet(Protocol):
    """Shared with the C packet path."""

    packets: int
    octets: int
    """Of payload, RFC 3550 §6.4.1."""


class Subscription:
    __slots__ = ("_budget", "_cname", "_transport", "outlet", "repair", "rewriter")

    def __init__(
        self,
        transport: Transport,
        rewriter: Rewriter,
        cname: str,
        repair: RepairRow | None = None,
    ) -> None:
        self.rewriter = rewriter
        self.repair = repair
        """The row for packets sent again; None: the receiver takes them under their own numbers."""
        self._budget = RepairBudget()
        self.outlet: Outlet = library.new("outlet")
        if transport.peer is not None:
            self.outlet.row, self.outlet.peer = rewriter.row, transport.peer
        self._transport = transport
        self._cname = cname.encode()

    def forward(self, packet: bytearray, extended: int, marker: int, timestamp: int) -> None:
        """Send a copy of `packet` under this receiver's numbers. On the path of every packet."""
        transport = self._transport
        view = transport.port.outbound.view
        length = len(packet)
        view[:length] = packet
        if self.rewriter.write(view, extended, marker, timestamp):
            outlet = self.outlet
            outlet.packets += 1
            outlet.octets += length - FIXED_BYTES
            transport.send_rtp(length)

    def skip(self, packet: bytearray, extended: int, marker: int, timestamp: int) -> None:
        """Leave out a packet that carries nothing, without a hole."""
        if not self.rewriter.skip(extended):
            self.forward(packet, extended, marker, timestamp)

    def resend(
        self, packet: bytearray, number: int, extended: int, marker: int, timestamp: int, now: float
    ) -> None:
        """The receiver lost what it knows as `number` (16 bits): again, within the budget."""
        if not self._budget.allows(number, len(packet), self.outlet.octets, now):
            return
        if self.repair is None:
            self.forward(packet, extended, marker, timestamp)
            return
        transport = self._transport
        transport.send_rtp(self.repair.write(transport.port.outbound.view, packet, number))

    def send_report(self, ntp: int, timestamp: int) -> None:
        """The publisher's sender report under this receiver's SSRC. RTP timestamps are passed on
        unchanged, so its NTP mapping holds as it is (a translator, RFC 3550 §7.2)."""
        packets, octets = self.outlet.packets, self.outlet.octets
        if packets:
            ssrc = self.rewriter.ssrc
            self._transport.send_rtcp(
                feedback.sender_report(ssrc, ntp, timestamp, packets, octets, self._cname)
            )
