"""One receiver of one publication: its own header on each packet, its own keys."""

from typing import TYPE_CHECKING, NamedTuple, Protocol

from media.native import library
from media.relay.transport import Transport
from media.rtp import feedback
from media.rtp.header import FIXED_BYTES
from media.rtp.repair import RepairBudget, RepairRow
from media.rtp.rewriter import Rewriter
from media.rtp.vp8 import Picture

if TYPE_CHECKING:
    from media.relay.layer import Layer


class Incoming(NamedTuple):
    """A packet as the publisher sent it, and what was read of it once for all receivers."""

    packet: bytearray
    extended: int
    marker: int
    timestamp: int
    sequence_at: int
    """Where the transport-wide number lies; 0: it has none."""
    picture: Picture | None
    """For a source with layers."""
    now: float


class Outlet(Protocol):
    """Shared with the C packet path."""

    packets: int
    octets: int
    """Of payload, RFC 3550 §6.4.1."""


class Subscription:
    __slots__ = (
        "_budget",
        "_cname",
        "layer",
        "left",
        "outlet",
        "repair",
        "rewriter",
        "transport",
        "wanted",
    )

    def __init__(
        self,
        transport: Transport,
        rewriter: Rewriter,
        cname: str,
        repair: RepairRow | None = None,
    ) -> None:
        self.rewriter = rewriter
        self.layer: Layer | None = None
        """Which it is given now; set by its publication, like the next two."""
        self.left: Layer | None = None
        """Which it was given last."""
        self.wanted: int | None = None
        self.repair = repair
        """The row for packets sent again; None: the receiver takes them under their own numbers."""
        self.outlet: Outlet = library.new("outlet")
        if transport.peer is not None:
            self.outlet.row, self.outlet.peer = rewriter.row, transport.peer
        self.transport = transport
        self._budget = RepairBudget()
        self._cname = cname.encode()

    def forward(self, incoming: Incoming) -> None:
        """Send a copy under this receiver's numbers. On the path of every packet."""
        packet, extended, marker, timestamp, sequence_at, picture, now = incoming
        transport = self.transport
        view = transport.port.outbound.view
        length = len(packet)
        view[:length] = packet
        if self.rewriter.write(view, extended, marker, timestamp, picture):
            outlet = self.outlet
            outlet.packets += 1
            outlet.octets += length - FIXED_BYTES
            transport.send_rtp(length, sequence_at, now)

    def skip(self, incoming: Incoming) -> None:
        """Leave out a packet that carries nothing, without a hole."""
        if not self.rewriter.skip(incoming.extended):
            self.forward(incoming)

    def resend(self, incoming: Incoming, number: int) -> None:
        """The receiver lost what it knows as `number` (16 bits): again, within the budget."""
        if not self._budget.allows(number, len(incoming.packet), self.outlet.octets, incoming.now):
            return
        if self.repair is None:
            self.forward(incoming)
            return
        self._repeat(incoming, number)

    def probe(self, incoming: Incoming) -> int:
        """Send again what the receiver has, to see whether the path carries it; the bytes sent."""
        row = self.rewriter.row
        number = incoming.extended + row.offset
        if self.repair is None or row.restart or incoming.extended < row.first:
            return 0
        self._repeat(incoming, number & 0xFFFF)
        return len(incoming.packet)

    def _repeat(self, incoming: Incoming, number: int) -> None:
        """Rewritten as it was the first time, for its timestamp and picture; then put on the
        repair row under the number that it had."""
        packet, extended, marker, timestamp, sequence_at, picture, now = incoming
        again = bytearray(packet)
        view = memoryview(again)
        if self.repair is not None and self.rewriter.write(
            view, extended, marker, timestamp, picture
        ):
            length = self.repair.write(self.transport.port.outbound.view, again, number)
            self.transport.send_rtp(length, sequence_at, now)

    def send_report(self, ntp: int, timestamp: int) -> None:
        """The publisher's sender report under this receiver's SSRC and timestamps, so that its NTP
        mapping holds (a translator, RFC 3550 §7.2)."""
        packets, octets = self.outlet.packets, self.outlet.octets
        if packets:
            row = self.rewriter.row
            shown = timestamp + row.timestamp_offset & 0xFFFFFFFF
            self.transport.send_rtcp(
                feedback.sender_report(row.ssrc, ntp, shown, packets, octets, self._cname)
            )
