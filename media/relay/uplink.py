"""The peer connection on which a participant sends: the browser offers, the relay answers."""

import asyncio
from collections.abc import Callable
from struct import Struct

from aiortc.rtp import RtcpSrPacket

from media.relay.arrival import Arrival
from media.relay.description import LEVEL_URI, SEQUENCE_URI, RemoteDescription, RemoteMedia
from media.relay.network import Network
from media.relay.publication import Publication
from media.relay.streams import Stream, Streams
from media.relay.transport import Transport
from media.relay.writing import LEVEL_ID, SEQUENCE_ID, write_answer
from media.rtp import feedback, transport_feedback
from media.rtp.arrivals import Arrivals
from media.rtp.header import find_extension
from media.rtp.repair import restore

SSRC = Struct("!I")


class Uplink:
    """Owns its transport; its publications belong to the room and are only routed to here."""

    def __init__(self, network: Network, lost: Callable[[], None]) -> None:
        self.transport = Transport(network.port, network.certificate, self, lost)
        self.fingerprints: tuple[tuple[str, str], ...] = ()
        self._network = network
        self._version = 0
        self._streams = Streams()
        self._sequence_id = 0
        self._arrivals = Arrivals()
        self._reports = 0
        if self.transport.peer is not None:
            self.transport.peer.arrivals = self._arrivals.memory

    def answer(self, remote: RemoteDescription, publications: dict[str, Publication]) -> str:
        """Take `publications` (by mid) from now on, and answer the offer."""
        self.fingerprints = remote.fingerprints
        self.transport.describe(remote.credentials, list(remote.fingerprints), server=True)
        accepted = {m.mid: m for m in remote.media if m.mid in publications}
        for mid, media in accepted.items():
            self._connect(publications[mid], media)
        self._streams.describe(publications, accepted)
        self._tell()
        self._version += 1
        local = self._network.local_side(self.transport.ice.local, "passive")
        return write_answer(remote, accepted, local, self._version)

    def _connect(self, publication: Publication, media: RemoteMedia) -> None:
        level_id = media.extensions.get(LEVEL_URI, 0) if media.kind == "audio" else 0
        sequence_id = self._sequence_id = media.extensions.get(SEQUENCE_URI, 0)
        table = bytearray(256)
        if level_id:
            table[level_id] = LEVEL_ID
        if sequence_id:
            table[sequence_id] = SEQUENCE_ID
        back, repeats = self.transport.send_rtcp, "nack" in media.feedback
        arrival = Arrival(back, bytes(table), level_id, sequence_id, repeats, self._later)
        publication.connect(arrival, media.repair_type)

    def _later(self, seconds: float, call: Callable[[float], None]) -> None:
        loop, clock = asyncio.get_running_loop(), self._network.clock
        loop.call_later(seconds, lambda: call(clock.now()))

    def close(self) -> None:
        self.transport.close()
        self._streams.clear()
        self._tell()

    def _tell(self) -> None:
        if self.transport.peer is not None:
            self._streams.tell(self.transport.peer)

    # ---- What arrives -----------------------------------------------------------------------

    def connected(self) -> None:
        """Receivers may have asked for a key frame before there was a way to say so."""
        now = self._network.clock.now()
        for publication in self._streams.publications.values():
            publication.want_keyframe(now)

    def receive_rtp(self, packet: bytearray, now: float) -> None:
        if self._sequence_id:
            self._note(packet, now)
        ssrc = SSRC.unpack_from(packet, 8)[0]
        stream = self._streams.get(ssrc)
        if stream is None:
            repaired = self._streams.repaired(ssrc, packet)
            if repaired is not None:
                self._repair(packet, *repaired, now)
                return
            stream = self._streams.discover(ssrc, packet)
            if stream is None:
                self._network.port.dropped["unknown_ssrc"] += 1
                return
            self._tell()
        stream.layer.receive(packet, now)

    def _note(self, packet: bytearray, now: float) -> None:
        """Its arrival, for the transport-wide feedback."""
        try:
            number = find_extension(packet, self._sequence_id)
        except ValueError:
            return
        if number is not None and len(number) >= 2:
            self._arrivals.seen(number[0] << 8 | number[1], now)

    def _repair(self, packet: bytearray, ssrc: int, stream: Stream, now: float) -> None:
        """It was sent again on a row of its own."""
        try:
            restored = restore(packet, ssrc, stream.publication.codec.payload_type)
        except ValueError:
            self._network.port.dropped["malformed_repair"] += 1
            return
        if restored is not None:
            stream.layer.repaired(restored, now)

    def receive_rtcp(self, data: bytes, now: float) -> None:
        try:
            packets = feedback.parse(data)
        except ValueError:
            self._network.port.dropped["malformed_rtcp"] += 1
            return
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                stream = self._streams.get(packet.ssrc)
                if stream is not None:
                    info = packet.sender_info
                    stream.layer.report(info.ntp_timestamp, info.rtp_timestamp, now)

    # ---- What goes back ---------------------------------------------------------------------

    def tell_arrivals(self) -> None:
        """The transport-wide feedback that the sender's own congestion control lives on. It wants
        some ten a second: more often costs packets, less often makes it slow."""
        arrivals = self._arrivals.take()
        if not arrivals:
            return
        about = next((ssrc for ssrc, _ in self._streams), 0)
        packets = transport_feedback.write(feedback.OWN_SSRC, about, arrivals, self._reports)
        for packet in packets:
            self.transport.send_rtcp(packet)
        self._reports += len(packets)

    def report(self, now: float) -> None:
        """The receiver report of all that arrives, with the ceiling. Call each second."""
        heard = {ssrc: s for ssrc, s in self._streams if s.layer.reception.received}
        if heard:
            figures = {ssrc: stream.layer.figures(now) for ssrc, stream in heard.items()}
            sources = {s.publication.id: s.publication.ceiling_bps for s in heard.values()}
            self.transport.send_rtcp(feedback.receiver_report(figures, sum(sources.values())))
