"""One receiver of one publication: its own header on each packet, its own keys."""

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple, Protocol

from media.native import library
from media.relay.allocation import EVERY, Step
from media.relay.transport import Transport
from media.relay.writing import SEQUENCE_ID
from media.rtp import feedback
from media.rtp.header import FIXED_BYTES
from media.rtp.repair import PADDING_SEQUENCE_AT, RepairBudget, RepairRow, padding
from media.rtp.rewriter import Rewriter
from media.rtp.vp8 import Picture

if TYPE_CHECKING:
    from media.relay.layer import Layer

PADDING = padding(SEQUENCE_ID)
REPEATABLE = 512
"""Packets of a row without repairs, a power of two. Lower: asked in vain after a long round trip.
Higher: memory."""
NUMBER = Struct("!H")


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


class _Given(Protocol):
    """Shared with the C packet path."""

    numbers: list[int]


class Outlet(Protocol):
    """Shared with the C packet path."""

    given: _Given

    packets: int
    octets: int
    """Of payload, RFC 3550 §6.4.1."""


class Subscription:
    __slots__ = (
        "_budget",
        "_cname",
        "_given",
        "layer",
        "left",
        "outlet",
        "repair",
        "rewriter",
        "temporal",
        "temporal_wanted",
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
        self.wanted: Step | None = None
        self.temporal = self.temporal_wanted = EVERY
        """The highest temporal layer that is given, and to be given as soon as it can be."""
        self.repair = repair
        """The row for packets sent again; None: the receiver takes them under their own numbers."""
        self.outlet: Outlet = library.new("outlet")
        if transport.peer is not None:
            self.outlet.row, self.outlet.peer = rewriter.row, transport.peer
        self._given: _Given | None = None
        """The transport-wide numbers of the last packets, for a row without repairs."""
        if repair is None:
            self.outlet.given = self._given = library.new("given")
        self.transport = transport
        self._budget = RepairBudget()
        self._cname = cname.encode()

    def forward(self, incoming: Incoming) -> None:
        """Send a copy under this receiver's numbers. On the path of every packet."""
        packet, extended, marker, timestamp, sequence_at, picture, now = incoming
        if picture is not None and picture.temporal > self.temporal:
            above = not self._rises(picture)
            if above and self.rewriter.skip(extended):
                return
        transport = self.transport
        view = transport.port.outbound.view
        length = len(packet)
        view[:length] = packet
        if self.rewriter.write(view, extended, marker, timestamp, picture):
            outlet = self.outlet
            outlet.packets += 1
            outlet.octets += length - FIXED_BYTES
            if self._given is not None and sequence_at:
                number = NUMBER.unpack_from(view, 2)[0]
                self._given.numbers[number % REPEATABLE] = transport.sent.memory.next
            transport.send_rtp(length, sequence_at, now)

    def thin(self, temporal: int) -> None:
        """Give only the pictures up to this temporal layer: fewer at once, more when the sender
        lets receivers go up."""
        self.temporal_wanted = temporal
        self.temporal = min(self.temporal, temporal)
        self._tell()

    def _rises(self, picture: Picture) -> bool:
        """Whether a picture of a higher temporal layer is one to go up at."""
        up = picture.begins and picture.sync and picture.temporal <= self.temporal_wanted
        if up and self.layer is not None:
            self.temporal = picture.temporal
            if picture.temporal >= self.layer.temporal:
                self.temporal = EVERY if self.temporal_wanted == EVERY else picture.temporal
            self._tell()
        return up

    def _tell(self) -> None:
        if self.layer is not None:
            self.layer.tell()

    def skip(self, incoming: Incoming) -> None:
        """Leave out a packet that carries nothing, without a hole."""
        if not self.rewriter.skip(incoming.extended):
            self.forward(incoming)

    def resend(self, incoming: Incoming, number: int, copies: int) -> None:
        """The receiver lost what it knows as `number` (16 bits): again, within the budget. More
        than one copy only on a row of its own."""
        if not self._budget.allows(number, len(incoming.packet), self.outlet.octets, incoming.now):
            return
        if self.repair is None:
            self._repeat(incoming, number)
            return
        # Rewritten as it was the first time, for its timestamp and picture; then put on the repair
        # row under the number that it had.
        packet, extended, marker, timestamp, sequence_at, picture, now = incoming
        again = bytearray(packet)
        view = memoryview(again)
        if not self.rewriter.write(view, extended, marker, timestamp, picture):
            return
        for _ in range(copies):
            length = self.repair.write(self.transport.port.outbound.view, again, number)
            self.transport.send_rtp(length, sequence_at, now)

    def _repeat(self, incoming: Incoming, number: int) -> None:
        """Under its own number it must be the very bytes that went before: others under the same
        nonce would give away the key (RFC 7714 §8.1)."""
        packet, extended, marker, timestamp, sequence_at, picture, _ = incoming
        view, length = self.transport.port.outbound.view, len(packet)
        view[:length] = packet
        known = 0 < self.rewriter.row.next - number & 0xFFFF <= REPEATABLE
        if self._given is None or not known:
            return
        if self.rewriter.write(view, extended, marker, timestamp, picture):
            before = self._given.numbers[number % REPEATABLE]
            self.transport.send_again(length, sequence_at, before)

    def pad(self, now: float) -> int:
        """Send a packet that carries nothing, to see whether the path carries it; its bytes."""
        if self.repair is None:
            return 0
        view, timestamp = self.transport.port.outbound.view, self.rewriter.row.last_timestamp
        self.repair.pad(view, PADDING, timestamp)
        self.transport.send_rtp(len(PADDING), PADDING_SEQUENCE_AT, now)
        return len(PADDING)

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
