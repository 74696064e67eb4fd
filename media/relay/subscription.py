"""One receiver of one publication: its own header on each packet, its own keys."""

from media.relay.transport import Transport
from media.rtp import feedback
from media.rtp.header import FIXED_BYTES
from media.rtp.rewriter import Rewriter


class Subscription:
    __slots__ = ("_cname", "_transport", "octets", "packets", "rewriter")

    def __init__(self, transport: Transport, rewriter: Rewriter, cname: str) -> None:
        self.rewriter = rewriter
        self.packets = 0
        self.octets = 0
        self._transport = transport
        self._cname = cname.encode()

    def forward(self, packet: bytearray, extended: int, marker: int, timestamp: int) -> None:
        """Send a copy of `packet` under this receiver's numbers. On the path of every packet."""
        transport = self._transport
        view = transport.port.outbound.view
        length = len(packet)
        view[:length] = packet
        if self.rewriter.write(view, extended, marker, timestamp):
            self.packets += 1
            self.octets += length - FIXED_BYTES
            transport.send_rtp(length)

    def skip(self, packet: bytearray, extended: int, marker: int, timestamp: int) -> None:
        """Leave out a packet that carries nothing, without a hole."""
        if not self.rewriter.skip(extended):
            self.forward(packet, extended, marker, timestamp)

    def send_report(self, ntp: int, timestamp: int) -> None:
        """The publisher's sender report under this receiver's SSRC. RTP timestamps are passed on
        unchanged, so its NTP mapping holds as it is (a translator, RFC 3550 §7.2)."""
        if self.packets:
            self._transport.send_rtcp(
                feedback.sender_report(
                    self.rewriter.ssrc, ntp, timestamp, self.packets, self.octets, self._cname
                )
            )
