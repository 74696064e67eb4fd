"""The peer connection on which a participant sends: the browser offers, the relay answers."""

from collections.abc import Callable
from struct import Struct

from aiortc.rtp import RtcpSrPacket

from media.relay.description import (
    LEVEL_URI,
    MID_URI,
    SEQUENCE_URI,
    RemoteDescription,
    RemoteMedia,
)
from media.relay.network import Network
from media.relay.publication import Publication
from media.relay.transport import Transport
from media.relay.writing import LEVEL_ID, write_answer
from media.rtp import feedback, transport_feedback
from media.rtp.arrivals import Arrivals
from media.rtp.header import find_extension
from media.rtp.repair import restore

SSRC = Struct("!I")
MOST_SSRCS = 32
"""Sources of one participant known at a time. Lower: simulcast layers do not fit. Higher: one who
invents SSRCs takes memory."""


class Uplink:
    """Owns its transport; its publications belong to the room and are only routed to here."""

    def __init__(self, network: Network, lost: Callable[[], None]) -> None:
        self.transport = Transport(network.port, network.certificate, self, lost)
        self.fingerprints: tuple[tuple[str, str], ...] = ()
        self.publications: dict[str, Publication] = {}
        """By mid."""
        self._network = network
        self._version = 0
        self._by_ssrc: dict[int, Publication] = {}
        self._mid_id = self._sequence_id = 0
        self._repairs: dict[int, int] = {}
        """SSRC of packets sent again → the SSRC they belong to, as the offer said."""
        self._arrivals = Arrivals()
        self._reports = 0
        if self.transport.peer is not None:
            self.transport.peer.arrivals = self._arrivals.memory

    def answer(self, remote: RemoteDescription, publications: dict[str, Publication]) -> str:
        """Take `publications` (by mid) from now on, and answer the offer."""
        self.fingerprints = remote.fingerprints
        self.transport.describe(remote.credentials, list(remote.fingerprints), server=True)
        self.publications = publications
        kept = publications.values()
        self._by_ssrc = {ssrc: p for ssrc, p in self._by_ssrc.items() if p in kept}
        accepted = {m.mid: m for m in remote.media if m.mid in publications}
        self._repairs = {}
        for mid, media in accepted.items():
            self._connect(publications[mid], media)
        self._tell()
        self._version += 1
        local = self._network.local_side(self.transport.ice.local, "passive")
        return write_answer(remote, accepted, local, self._version)

    def _connect(self, publication: Publication, media: RemoteMedia) -> None:
        self._mid_id = media.extensions.get(MID_URI, 0)
        level_id = media.extensions.get(LEVEL_URI, 0) if media.kind == "audio" else 0
        table = bytearray(256)
        if level_id:
            table[level_id] = LEVEL_ID
        self._sequence_id = media.extensions.get(SEQUENCE_URI, 0)
        self._repairs |= media.repairs
        publication.connect(
            self.transport.send_rtcp, bytes(table), level_id, self._sequence_id, media.repair_type
        )
        if len(media.ssrcs) == 1:
            self._bind(publication, media.ssrcs[0])

    def close(self) -> None:
        self.transport.close()
        self.publications = {}
        self._by_ssrc = {}
        self._tell()

    # ---- What arrives -----------------------------------------------------------------------

    def connected(self) -> None:
        """Receivers may have asked for a key frame before there was a way to say so."""
        now = self._network.clock.now()
        for publication in self.publications.values():
            publication.want_keyframe(now)

    def receive_rtp(self, packet: bytearray, now: float) -> None:
        if self._sequence_id:
            self._note(packet, now)
        ssrc = SSRC.unpack_from(packet, 8)[0]
        publication = self._by_ssrc.get(ssrc)
        if publication is None and self._repair(packet, ssrc, now):
            return
        if publication is None:
            publication = self._discover(packet)
            if publication is None:
                self._network.port.dropped["unknown_ssrc"] += 1
                return
        publication.receive(packet, now)

    def _note(self, packet: bytearray, now: float) -> None:
        """Its arrival, for the transport-wide feedback."""
        try:
            number = find_extension(packet, self._sequence_id)
        except ValueError:
            return
        if number is not None and len(number) >= 2:
            self._arrivals.seen(number[0] << 8 | number[1], now)

    def _repair(self, packet: bytearray, ssrc: int, now: float) -> bool:
        """Whether it was sent again on a row of its own; then it is dealt with."""
        repaired = self._repairs.get(ssrc)
        publication = self._by_ssrc.get(repaired) if repaired is not None else None
        if repaired is None or publication is None:
            return False
        if packet[1] & 0x7F == publication.repair_type:
            try:
                restored = restore(packet, repaired, publication.codec.payload_type)
            except ValueError:
                self._network.port.dropped["malformed_repair"] += 1
                return True
            if restored is not None:
                publication.repaired(restored, now)
        return True

    def receive_rtcp(self, data: bytes, now: float) -> None:
        try:
            packets = feedback.parse(data)
        except ValueError:
            self._network.port.dropped["malformed_rtcp"] += 1
            return
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                publication = self._by_ssrc.get(packet.ssrc)
                if publication is not None:
                    info = packet.sender_info
                    publication.report(info.ntp_timestamp, info.rtp_timestamp, now)

    def _discover(self, packet: bytearray) -> Publication | None:
        """Whose packet it is, by its mid (RFC 8843 §9.2), else by a payload type that only one
        publication without an SSRC has; binds its SSRC. A foreign payload type binds nothing."""
        payload_type = packet[1] & 0x7F
        fitting = [p for p in self.publications.values() if p.codec.payload_type == payload_type]
        try:
            mid = find_extension(packet, self._mid_id) if self._mid_id else None
        except ValueError:
            return None
        if mid is not None:
            named = self.publications.get(mid.decode("ascii", "replace"))
            fitting = [named] if named in fitting else []
        else:
            bound = self._by_ssrc.values()
            fitting = [p for p in fitting if p not in bound]
        if len(fitting) != 1 or fitting[0] is None:
            return None
        self._bind(fitting[0], SSRC.unpack_from(packet, 8)[0])
        return fitting[0]

    def _bind(self, publication: Publication, ssrc: int) -> None:
        if len(self._by_ssrc) >= MOST_SSRCS:
            del self._by_ssrc[next(iter(self._by_ssrc))]
        for old in [s for s, p in self._by_ssrc.items() if p is publication]:
            del self._by_ssrc[old]
        self._by_ssrc[ssrc] = publication
        publication.bind(ssrc)
        self._tell()

    def _tell(self) -> None:
        """The C packet path's table of sources, written anew."""
        peer = self.transport.peer
        if peer is not None:
            peer.source_count = len(self._by_ssrc)
            for place, (ssrc, publication) in enumerate(self._by_ssrc.items()):
                peer.ssrcs[place], peer.sources[place] = ssrc, publication.native

    # ---- What goes back ---------------------------------------------------------------------

    def tell_arrivals(self) -> None:
        """The transport-wide feedback that the sender's own congestion control lives on. It wants
        some ten a second: more often costs packets, less often makes it slow."""
        arrivals = self._arrivals.take()
        if not arrivals:
            return
        about = next(iter(self._by_ssrc), 0)
        packets = transport_feedback.write(feedback.OWN_SSRC, about, arrivals, self._reports)
        for packet in packets:
            self.transport.send_rtcp(packet)
        self._reports += len(packets)

    def report(self, now: float) -> None:
        """The receiver report of all that arrives, with the ceiling. Call each second."""
        heard = {p.ssrc: p for p in self.publications.values() if p.ssrc is not None and p.received}
        if heard:
            figures = {ssrc: p.figures(now) for ssrc, p in heard.items()}
            ceiling = sum(p.ceiling_bps for p in heard.values())
            self.transport.send_rtcp(feedback.receiver_report(figures, ceiling))
