"""The peer connection of one who only receives, and who offers it (WHEP): a downlink reversed.

The offer says how many sounds and pictures are wanted, and nothing is negotiated again. So each
section keeps its SSRC and its row of numbers for good, and what it carries comes and goes: the next
source continues where the one before it stopped.
"""

import secrets
from collections.abc import Callable, Iterable

from media.relay.codecs import is_vp8
from media.relay.description import (
    LEVEL_URI,
    SEQUENCE_URI,
    RemoteDescription,
    RemoteMedia,
    carried,
)
from media.relay.downlink import Downlink, DownlinkOffer, Slot
from media.relay.network import Network
from media.relay.publication import Publication
from media.relay.refusals import CodecRefused, MediaRefused
from media.relay.subscription import Subscription
from media.relay.writing import (
    LEVEL_ID,
    OfferedSection,
    write_rejected,
    write_sent,
    write_session,
)
from media.rtp.repair import RepairRow
from media.rtp.rewriter import Rewriter

NAME = "emessi"
"""The one stream and CNAME of a watcher (RFC 8830): sound and picture belong together."""
TWO_BYTE_IDS = 15
"""From here on an id has no place in the short form (RFC 8285 §4.2)."""


def wants_media(remote: RemoteDescription) -> None:
    """Raises MediaRefused unless every sound and picture of the offer can be given."""
    wanted = [media for media in remote.media if media.kind in ("audio", "video")]
    if not wanted or remote.setup == "server":
        raise MediaRefused(field="offer")
    if not all(media.receives for media in wanted):
        raise MediaRefused(field="offer")
    if not all(carried(media) and _told_apart(media) for media in wanted):
        raise CodecRefused(field="offer")


class Watch(Downlink):
    def __init__(
        self,
        network: Network,
        remote: RemoteDescription,
        lost: Callable[[], None],
        only: str | None,
    ) -> None:
        """`only`: the participant to watch; None: whoever there is, the speaker first.

        Raises MediaRefused for an offer that cannot be answered in full.
        """
        wants_media(remote)
        super().__init__(network, lost)
        self._remote = remote
        self._only = only
        self._unseen: list[Publication] = []
        """Those for which no section is left, the next to be shown first."""
        for media in remote.media:
            if media.kind in ("audio", "video"):
                slot = self._slot(media)
                self._slots.append(slot)
                self._by_ssrc[slot.ssrc] = slot

    def _slot(self, media: RemoteMedia) -> Slot:
        assert media.codec is not None
        slot = Slot(media.mid, media.kind)
        slot.ssrc, slot.repair_ssrc = (secrets.randbelow(0xFFFFFFFF) + 1 for _ in range(2))
        repair = None
        if media.repair_type is not None:
            repair = RepairRow(slot.repair_ssrc, media.repair_type, secrets.randbelow(0x8000))
        rewriter = Rewriter(slot.ssrc, media.codec.payload_type, secrets.randbelow(0x8000))
        slot.subscription = Subscription(self.transport, rewriter, NAME, repair)
        return slot

    def respond(self, publications: Iterable[Publication], speaker: str | None) -> str:
        """The answer to the offer, the sections showing these as far as they go; begins the
        handshake."""
        for publication in sorted(
            publications, key=lambda p: (p.participant != speaker, p.source == "screen")
        ):
            self.add(publication)
        remote = self._remote
        self.transport.describe(remote.credentials, list(remote.fingerprints), server=True)
        local = self._network.local_side(self.transport.ice.local, "passive")
        sections = {slot.mid: slot for slot in self._slots}
        sequence_id = self._sequence_id()
        self.transport.number_under(sequence_id)
        lines = write_session(list(sections), version=1)
        for media in remote.media:
            slot = sections.get(media.mid)
            if slot is None:
                lines += write_rejected(media)
                continue
            msid = f"{NAME} {slot.kind}-{slot.mid}"
            section = OfferedSection(media.mid, media.kind, slot.ssrc, slot.repair_ssrc, msid, NAME)
            ids = _ids(media, sequence_id)
            lines += write_sent(media, section, ids, local)
        return "\r\n".join(lines) + "\r\n"

    def _sequence_id(self) -> int:
        """Under which the offer wants the transport-wide number; 0: it cannot be told so.

        An answer keeps the ids of the offer (RFC 8285 §6), and a voice's level goes under ours.
        """
        wanted = {media.extensions.get(SEQUENCE_URI, 0) for media in self._remote.media}
        wanted -= {0, LEVEL_ID}
        return wanted.pop() if len(wanted) == 1 and max(wanted) < TWO_BYTE_IDS else 0

    def offer(self) -> DownlinkOffer | None:
        """Nothing: what comes and goes needs no new description."""
        return None

    def answered(self, remote: RemoteDescription) -> None:
        raise MediaRefused(field="answer")

    # ---- What it shows ----------------------------------------------------------------------

    def add(self, publication: Publication) -> None:
        if self._only is not None and publication.participant != self._only:
            return
        if publication.kind == "video" and not is_vp8(publication.codec):
            return
        free = (s for s in self._slots if s.publication is None and s.kind == publication.kind)
        slot = next(free, None)
        if slot is None:
            self._unseen.append(publication)
        else:
            self._show(slot, publication)

    def remove(self, publication: Publication) -> None:
        if publication in self._unseen:
            self._unseen.remove(publication)
        for slot in self._slots:
            if slot.publication is publication:
                self._hide(slot)
                after = next((p for p in self._unseen if p.kind == slot.kind), None)
                if after is not None:
                    self._unseen.remove(after)
                    self._show(slot, after)

    def share(self, speaker: str | None, now: float) -> None:
        self._follow(speaker)
        for slot in self._slots:
            self._begin(slot, now)
        super().share(speaker, now)

    def _follow(self, speaker: str | None) -> None:
        """Where there are fewer sections than people, the first of each kind shows who speaks,
        unless it shows a screen."""
        for publication in [p for p in self._unseen if p.participant == speaker]:
            slot = next(slot for slot in self._slots if slot.kind == publication.kind)
            before = slot.publication
            if before is None or before.source == "screen" or before.participant == speaker:
                continue
            self._unseen.remove(publication)
            self._unseen.append(before)
            self._hide(slot)
            self._show(slot, publication)

    def _show(self, slot: Slot, publication: Publication) -> None:
        slot.publication = publication
        self._begin(slot, self._network.clock.now())

    def _begin(self, slot: Slot, now: float) -> None:
        """A row that has begun is continued by the clock of what comes next, which is not known
        before its first packet."""
        publication, subscription = slot.publication, slot.subscription
        if publication is None or subscription is None:
            return
        if subscription in publication.subscriptions:
            return
        if subscription.left is None:
            publication.subscribe(subscription)
            publication.want_keyframe(now)
        elif publication.received:
            publication.succeed(subscription, now)

    def _hide(self, slot: Slot) -> None:
        if slot.publication is not None and slot.subscription is not None:
            slot.publication.unsubscribe(slot.subscription)
        slot.publication = None


def _told_apart(media: RemoteMedia) -> bool:
    """Whether a section can go from one source to the next: pictures must tell where they begin."""
    return media.codec is not None and (media.kind == "audio" or is_vp8(media.codec))


def _ids(media: RemoteMedia, sequence_id: int) -> dict[str, int]:
    """The header extensions of a section: those under the ids that packets carry on their way."""
    own = {LEVEL_URI: LEVEL_ID, SEQUENCE_URI: sequence_id}
    return {uri: id_ for uri, id_ in media.extensions.items() if own.get(uri) == id_}
