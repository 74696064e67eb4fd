"""The peer connection on which a participant receives: the relay offers, the browser answers."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from aiortc.rtp import RtcpPsfbPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpRtpfbPacket

from media.relay.allocation import Wish, allocate, cost
from media.relay.bandwidth import Bandwidth
from media.relay.description import RemoteDescription, RemoteMedia
from media.relay.network import Network
from media.relay.publication import Publication
from media.relay.refusals import MediaRefused
from media.relay.subscription import Subscription
from media.relay.transport import Transport
from media.relay.view import View, largest_useful
from media.relay.writing import OfferedSection, write_offer
from media.rtp import feedback
from media.rtp.repair import RepairRow
from media.rtp.reports import ReceiverReports
from media.rtp.rewriter import Rewriter

VOICE_BPS = 32_000
"""Kept free beside the voices as they are: one more may begin at any moment."""
MOST_RESENT = 64
"""Packets sent again for one RTCP datagram. Lower: a burst of loss takes several round trips to
fill. Higher: a small datagram makes a large answer."""

LOSSY = 0.02
"""Where more than this share is lost, repairs go twice: browsers ask again for one that is lost as
well only after 100 ms, which is seen. Lower: more bits for little. Higher: pictures halt."""


@dataclass(frozen=True)
class DownlinkOffer:
    sdp: str
    publications: dict[str, str]
    """Each active mid → the publication it carries."""


class Slot:
    """One m-section. Its mid and kind stay for ever; what it carries comes and goes."""

    def __init__(self, mid: str, kind: str) -> None:
        self.mid = mid
        self.kind = kind
        self.ssrc = self.repair_ssrc = 0
        self.publication: Publication | None = None
        self.offered: Publication | None = None
        """What the browser was told of last; only that may an answer start."""
        self.subscription: Subscription | None = None
        self.refused = False
        """The browser does not take what it was offered."""

    def take(self, publication: Publication) -> None:
        """A new SSRC each time: a receiver must not continue another source's row."""
        self.publication = publication
        self.refused = False
        self.ssrc = secrets.randbelow(0xFFFFFFFF) + 1
        self.repair_ssrc = secrets.randbelow(0xFFFFFFFF) + 1

    def release(self) -> None:
        if self.publication is not None and self.subscription is not None:
            self.publication.unsubscribe(self.subscription)
        self.publication = self.offered = self.subscription = None


class Downlink:
    def __init__(self, network: Network, lost: Callable[[], None]) -> None:
        self._network = network
        self._slots: list[Slot] = []
        self._revision = self._offered = self._answered = 0
        self._version = 0
        self._fingerprints: tuple[tuple[str, str], ...] = ()
        self._by_ssrc: dict[int, Slot] = {}
        self.transport = Transport(network.port, network.certificate, self, lost)
        self.bandwidth = Bandwidth(self.transport.sent)
        self.reports = ReceiverReports()
        self.view = View()
        self.wished: dict[str, int] = {}
        """So many layers of each picture this receiver could show, by publication."""
        self.resting: frozenset[str] = frozenset()
        """Pictures that it could show, and that its path does not carry."""
        self._wanted_bps = 0.0
        self._probed_at: float | None = None

    def add(self, publication: Publication) -> None:
        free = (s for s in self._slots if s.publication is None and s.kind == publication.kind)
        slot = next(free, None)
        if slot is None:
            slot = Slot(str(len(self._slots)), publication.kind)
            self._slots.append(slot)
        slot.take(publication)
        self._revision += 1

    def remove(self, publication: Publication) -> None:
        for slot in self._slots:
            if slot.publication is publication:
                self._by_ssrc.pop(slot.ssrc, None)
                slot.release()
                self._revision += 1

    def close(self) -> None:
        for slot in self._slots:
            slot.release()
        self._by_ssrc.clear()
        self.transport.close()

    # ---- Negotiation ------------------------------------------------------------------------

    def offer(self) -> DownlinkOffer | None:
        """None if the browser has answered to all there is. An unanswered offer comes again."""
        if self._revision == self._answered:
            return None
        self._offered = self._revision
        self._version += 1
        carried = {}
        for slot in self._slots:
            slot.offered = slot.publication
            if slot.publication is not None:
                carried[slot.mid] = slot.publication.id
        local = self._network.local_side(self.transport.ice.local, "actpass")
        sdp = write_offer([_section(s) for s in self._slots], local, self._version)
        return DownlinkOffer(sdp, carried)

    def answered(self, remote: RemoteDescription) -> None:
        """The browser takes each section or not; what it does not take is not sent.

        Raises MediaRefused if another peer connection answers than before.
        """
        if self._fingerprints and remote.fingerprints != self._fingerprints:
            raise MediaRefused(field="answer")  # another peer connection: `Room.renew_downlink`
        self._fingerprints = remote.fingerprints
        self.transport.describe(
            remote.credentials, list(remote.fingerprints), server=remote.setup != "server"
        )
        self._answered = self._offered
        answers = {media.mid: media for media in remote.media}
        now = self._network.clock.now()
        for slot in self._slots:
            media = answers.get(slot.mid)
            if media is not None and slot.publication is slot.offered:
                self._settle(slot, media, now)

    def _settle(self, slot: Slot, media: RemoteMedia, now: float) -> None:
        publication = slot.publication
        if publication is None:
            return
        slot.refused = not media.receives or media.codec is None
        if not media.receives or media.codec is None:
            if slot.subscription is not None:
                publication.unsubscribe(slot.subscription)
                slot.subscription = None
        elif slot.subscription is None:
            # The lower half: a first number near the wrap confuses receivers' roll-over counters.
            rewriter = Rewriter(slot.ssrc, media.codec.payload_type, secrets.randbelow(0x8000))
            repair = None
            if media.repair_type is not None:
                repair = RepairRow(slot.repair_ssrc, media.repair_type, secrets.randbelow(0x8000))
            slot.subscription = Subscription(
                self.transport, rewriter, publication.participant, repair
            )
            self._by_ssrc[slot.ssrc] = slot
            publication.subscribe(slot.subscription)
            # Before the handshake a key frame would go nowhere, and the next one would have to
            # wait (KEYFRAME_INTERVAL_S): `connected` asks then.
            if self.transport.is_connected:
                publication.want_keyframe(now)

    # ---- What arrives -----------------------------------------------------------------------

    def connected(self) -> None:
        """Everything forwarded so far went nowhere: begin each picture with a key frame."""
        now = self._network.clock.now()
        for slot in self._by_ssrc.values():
            if slot.publication is not None:
                slot.publication.want_keyframe(now)

    def receive_rtp(self, packet: bytearray, now: float) -> None:
        self._network.port.dropped["rtp_on_downlink"] += 1

    def receive_rtcp(self, data: bytes, now: float) -> None:
        try:
            for told in feedback.transport_feedbacks(data):
                self.bandwidth.hear(told, now)
            left = MOST_RESENT
            for packet in feedback.parse(data):
                if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == feedback.NACK:
                    self._resend(packet.media_ssrc, packet.lost[:left], now)
                    left -= len(packet.lost[:left])
                elif isinstance(packet, RtcpPsfbPacket):
                    self._ask_keyframes(packet, now)
                elif isinstance(packet, RtcpRrPacket):
                    self._note(packet.reports, now)
        except ValueError:
            self._network.port.dropped["malformed_rtcp"] += 1

    def _note(self, blocks: list[RtcpReceiverInfo], now: float) -> None:
        for block in blocks:
            slot = self._by_ssrc.get(block.ssrc)
            layer = slot.subscription.left if slot is not None and slot.subscription else None
            if layer is not None:
                self.reports.hear(block, layer.report_ntp, layer.reported_at, now)

    @property
    def pictures(self) -> list[tuple[Publication, Subscription]]:
        """Those that it takes, whether they are given at present or rest."""
        slots = (slot for slot in self._slots if slot.kind == "video")
        pairs = ((slot.publication, slot.subscription) for slot in slots)
        return [(p, s) for p, s in pairs if p is not None and s is not None]

    def _resend(self, ssrc: int, numbers: list[int], now: float) -> None:
        slot = self._by_ssrc.get(ssrc)
        if slot is None or slot.publication is None or slot.subscription is None:
            return
        copies = 2 if self.bandwidth.estimate.loss > LOSSY else 1
        for number in numbers:
            slot.publication.resend(slot.subscription, number & 0xFFFF, now, copies)

    def _ask_keyframes(self, packet: RtcpPsfbPacket, now: float) -> None:
        for ssrc in feedback.wants_keyframe(packet):
            slot = self._by_ssrc.get(ssrc)
            if slot is not None and slot.publication is not None:
                slot.publication.want_keyframe(now, slot.subscription)

    # ---- What is given ----------------------------------------------------------------------

    def share(self, speaker: str | None, now: float) -> None:
        """Give each picture the layer that the path and the screen allow. Call a few times a
        second."""
        slots = [slot for slot in self._slots if slot.kind == "video"]
        self.wished = {
            slot.publication.id: self._most(slot.publication) + 1
            for slot in slots
            if slot.publication is not None and not slot.refused
        }
        pictures = self.pictures
        wishes = [self._wish(*picture, speaker, now) for picture in pictures]
        sent = {wish.id for wish in wishes if wish.steps}
        shown = [wish for wish in wishes if wish.most >= 0]
        voices = self._voices_bps()
        budget = self.bandwidth.estimate.bps - voices if self.bandwidth.trusted else inf
        given = allocate(budget, shown)
        for publication, subscription in pictures:
            if publication.id in sent or publication.id not in given:
                publication.select(subscription, given.get(publication.id), now)
        self.resting = frozenset(id for id, step in given.items() if step is None) & sent
        self._wanted_bps = voices + cost(shown, allocate(inf, shown))

    def _wish(
        self, publication: Publication, subscription: Subscription, speaker: str | None, now: float
    ) -> Wish:
        tile = self.view.tile(publication.id)
        speaks = publication.participant == speaker or publication.source == "screen"
        return Wish(
            publication.id,
            (0 if speaks else 1, 0 if tile.pinned else 1, -tile.height),
            publication.steps(now),
            self._most(publication),
            subscription.wanted,
        )

    def _most(self, publication: Publication) -> int:
        """The largest layer that the screen can show; −1: it shows none."""
        tile = self.view.tile(publication.id)
        return largest_useful(len(publication.layers), tile.height) if tile.height else -1

    def _voices_bps(self) -> float:
        voices = (s.publication for s in self._slots if s.publication and s.kind == "audio")
        return VOICE_BPS + sum(layer.meter.bps for p in voices for layer in p.layers)

    def probe(self, now: float) -> None:
        """Look whether there is more room, by packets of padding. Call often: what is due since
        the last call goes at once."""
        elapsed = 0.0 if self._probed_at is None else min(now - self._probed_at, 0.2)
        self._probed_at = now
        octets = self.bandwidth.extra(self._wanted_bps, elapsed, now)
        repairable = (s.subscription for s in self._slots if s.subscription is not None)
        subscription = next((s for s in repairable if s.repair is not None), None)
        while octets > 0 and subscription is not None:
            octets -= subscription.pad(now)


def _section(slot: Slot) -> OfferedSection:
    publication = slot.publication
    return OfferedSection(
        mid=slot.mid,
        kind=slot.kind,
        ssrc=slot.ssrc,
        repair_ssrc=slot.repair_ssrc,
        msid=f"{publication.participant} {publication.id}" if publication is not None else None,
        cname=publication.participant if publication is not None else "",
        codec=publication.codec if publication is not None else None,
    )
