"""Everyone whose media meets: the two-way table of who sends what and who takes it. Wiring only."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from media.relay.assignment import assigned
from media.relay.description import parse
from media.relay.downlink import Downlink, DownlinkOffer
from media.relay.events import (
    LayersWanted,
    PicturesResting,
    PublicationRemoved,
    RoomEvent,
    SpeakerChanged,
    TapeFailed,
    TransportLost,
)
from media.relay.hearing import Hearing
from media.relay.ice import Credentials
from media.relay.network import Network
from media.relay.publication import Publication, PublicationInfo, Published
from media.relay.refusals import MediaRefused
from media.relay.uplink import Uplink
from media.relay.view import View
from media.relay.watching import Watch
from media.relay.writing import LocalSide
from media.rtp.speaker import SpeakerDetector
from media.tape.deck import Deck
from media.tape.format import TapeOrder


class Participant:
    def __init__(self) -> None:
        self.uplink: Uplink | None = None
        self.downlink: Downlink | None = None


class Room:
    """Every method is one synchronous step: no other change can come in between."""

    def __init__(
        self, network: Network, notify: Callable[[RoomEvent], None], most_voices: int = 0
    ) -> None:
        self._network = network
        self._notify = notify
        self._participants: dict[str, Participant] = {}
        self._publications: dict[str, Publication] = {}
        self._speaker = SpeakerDetector()
        self._hearing = Hearing(most_voices)
        self._deck = Deck(network.clock)
        self.participants: Mapping[str, Participant] = MappingProxyType(self._participants)
        self.publications: Mapping[str, Publication] = MappingProxyType(self._publications)

    # ---- Up ---------------------------------------------------------------------------------

    async def publish(self, participant: str, offer: str, sources: Mapping[str, str]) -> Published:
        """Answer an uplink offer. `sources`: mid → microphone, camera or screen.

        Call again to add or remove sources or to restart ICE; a source keeps its publication as
        long as it is offered. An offer with another certificate is a new peer connection and
        takes the place of the old one. Raises MediaRefused, and then nothing was changed.
        """
        remote = parse(offer)
        mine = [p for p in self._publications.values() if p.participant == participant]
        kept = assigned(mine, participant, remote, sources)
        person = self._participants.setdefault(participant, Participant())
        if person.uplink is not None and person.uplink.fingerprints != remote.fingerprints:
            person.uplink.close()
            person.uplink = None
            self.retell(participant)
        if person.uplink is None:
            person.uplink = Uplink(self._network, lambda: self._lost(participant))
        answer = person.uplink.answer(remote, kept)
        gone = [p for p in mine if p not in kept.values()]
        for publication in gone:
            self._remove(publication)
        for publication in kept.values():
            if publication.id not in self._publications:
                self._add(publication)
        self._listen()
        known = {m: PublicationInfo(p.id, participant, p.source) for m, p in kept.items()}
        return Published(answer, known, [p.id for p in gone])

    def _add(self, publication: Publication) -> None:
        self._publications[publication.id] = publication
        for name, other in self._participants.items():
            if name != publication.participant and other.downlink is not None:
                other.downlink.add(publication)

    def _remove(self, publication: Publication) -> None:
        self.detach_tape(publication.id)
        if publication.kind == "audio":
            self._speaker.forget(publication.participant)
        del self._publications[publication.id]
        for other in self._participants.values():
            if other.downlink is not None:
                other.downlink.remove(publication)
        publication.close()
        self._network.port.outlive(publication)

    def _listen(self) -> None:
        self._hearing.settle(self._publications.values(), len(self._participants))

    def set_muted(self, publication: str, muted: bool) -> None:
        """When it returns nothing of a muted publication is forwarded or written."""
        found = self._publications.get(publication)
        if found is not None:
            found.set_muted(muted, self._network.clock.now())
            self._listen()
            if muted and found.kind == "audio":
                self._speaker.forget(found.participant)

    # ---- Down -------------------------------------------------------------------------------

    def offer_downlink(self, participant: str) -> DownlinkOffer | None:
        """What the participant should take now; None if its last answer covers all there is.

        The first call makes the participant a receiver of everyone else's publications.
        """
        person = self._participants.setdefault(participant, Participant())
        if person.downlink is None:
            person.downlink = Downlink(self._network, lambda: self._lost(participant))
            for publication in self._publications.values():
                if publication.participant != participant:
                    person.downlink.add(publication)
            self._listen()
        return person.downlink.offer()

    async def answer_downlink(self, participant: str, answer: str) -> None:
        """Raises MediaRefused. A section answered inactive is not sent."""
        remote = parse(answer)
        person = self._participants.get(participant)
        if person is None or person.downlink is None:
            raise MediaRefused(field="answer")
        person.downlink.answered(remote)

    def watch(self, participant: str, offer: str, only: str | None = None) -> str:
        """Answer the offer of one who only receives (WHEP): of everyone, the speaker first, or only
        of one participant. Raises MediaRefused, and then nothing was changed."""
        watch = Watch(self._network, parse(offer), lambda: self._lost(participant), only)
        person = self._participants.setdefault(participant, Participant())
        if person.downlink is not None:
            person.downlink.close()
        person.downlink = watch
        self._listen()
        others = [p for p in self._publications.values() if p.participant != participant]
        return watch.respond(others, self._speaker.speaker)

    def renew_downlink(self, participant: str) -> None:
        """The participant lost its page, and with it the peer connection and its sections: begin
        from nothing with the next offer."""
        person = self._participants.get(participant)
        if person is not None and person.downlink is not None:
            person.downlink.close()
            person.downlink = None

    def retell(self, participant: str) -> None:
        """What the participant was told lately may be lost: it sends all layers, and believes that
        no picture rests."""
        for publication in self._publications.values():
            if publication.participant == participant:
                publication.demand.renew()
        person = self._participants.get(participant)
        if person is not None and person.downlink is not None:
            person.downlink.resting = frozenset()

    def set_view(self, participant: str, view: View) -> None:
        """What the participant's screen shows of each publication."""
        person = self._participants.get(participant)
        if person is not None and person.downlink is not None:
            person.downlink.view = view

    # ---- Tapes ------------------------------------------------------------------------------

    def attach_tape(self, publication: str, order: TapeOrder) -> None:
        """Write what comes from now on. Video begins with a key frame, which is asked for.

        A disk that refuses is told by TapeFailed, not raised. Unknown publications: KeyError.
        """
        source = self._publications[publication]
        self.detach_tape(publication)
        tape = self._deck.begin(
            order,
            source.codec,
            lambda reason: self._notify_soon(TapeFailed(publication, reason)),
        )
        source.record(tape, self._network.clock.now())

    def detach_tape(self, publication: str) -> int | None:
        """When it returns nothing more is written. The tape's size; None if there was none."""
        source = self._publications.get(publication)
        if source is None or source.tape is None:
            return None
        tape = source.tape
        source.record(None, self._network.clock.now())
        return tape.close()

    # ---- Paths ------------------------------------------------------------------------------

    def restart_ice(self, participant: str, remote: Credentials) -> LocalSide | None:
        """Our side after the restart of the one peer connection of a participant who publishes or
        watches without signalling; None if these are the credentials it has."""
        person = self._participants[participant]
        way = person.uplink or person.downlink
        if way is None or not way.transport.restart(remote):
            return None
        return self._network.local_side(way.transport.ice.local, "passive")

    # ---- Endings ----------------------------------------------------------------------------

    def leave(self, participant: str) -> None:
        """Idempotent. Closes both transports and all publications, tapes included."""
        person = self._participants.pop(participant, None)
        if person is None:
            return
        if person.downlink is not None:
            person.downlink.close()
        if person.uplink is not None:
            person.uplink.close()
        for publication in list(self._publications.values()):
            if publication.participant == participant:
                self._remove(publication)
                self._notify(PublicationRemoved(publication.id))
        self._listen()

    def close(self) -> None:
        self._notify = lambda event: None
        for participant in list(self._participants):
            self.leave(participant)

    def _lost(self, participant: str) -> None:
        self._notify_soon(TransportLost(participant))

    def _notify_soon(self, event: RoomEvent) -> None:
        """Not from inside the path of a packet: the owner may close what is on it."""
        self._network.soon(lambda: self._notify(event))

    # ---- Time -------------------------------------------------------------------------------

    def ask(self, now: float) -> None:
        """Ask senders for what is missing, tell them what arrived, and try the receivers' paths."""
        for publication in self._publications.values():
            publication.ask(now)
        for person in self._participants.values():
            if person.uplink is not None:
                person.uplink.tell_arrivals()
            if person.downlink is not None:
                person.downlink.probe(now)

    def settle(self, now: float) -> None:
        """Measure what comes, and let senders know what is wanted."""
        for publication in self._publications.values():
            publication.measure(now)
            if publication.kind == "video":
                self._settle_demand(publication, now)

    def share(self, now: float, turn: int, turns: int) -> None:
        """Share what comes among those who receive it; of so many `turns`, whose turn it is: while
        that lasts, no packet is forwarded."""
        for name, downlink in self._downlinks()[turn::turns]:
            resting = downlink.resting
            downlink.share(self._speaker.speaker, now)
            if downlink.resting != resting:
                self._notify(PicturesResting(name, downlink.resting))

    def _settle_demand(self, publication: Publication, now: float) -> None:
        wished = (downlink.wished.get(publication.id, 0) for _, downlink in self._downlinks())
        wanted = publication.demand.settle(max(publication.taped_layers, *wished, 0), now)
        if wanted is not None:
            self._notify(LayersWanted(publication.id, wanted))

    def _downlinks(self) -> list[tuple[str, Downlink]]:
        return [(n, p.downlink) for n, p in self._participants.items() if p.downlink is not None]

    def flush(self, now: float) -> None:
        """Seal the tapes' pending packets; see who speaks."""
        tapes = [p.tape for p in self._publications.values() if p.tape is not None]
        self._deck.flush(tapes, now)
        for publication in self._publications.values():
            if publication.tape is not None:
                publication.follow(now)
            if publication.levels is not None:
                for level, at in publication.levels.take():
                    self._speaker.heard(publication.participant, level, at)
                    self._hearing.heard(publication.id, level, at)
        if self._speaker.decide(now):
            self._notify(SpeakerChanged(self._speaker.speaker))

    def report(self, now: float) -> None:
        """Receiver reports, and an end to transports that fell silent."""
        for person in list(self._participants.values()):
            if person.uplink is not None:
                person.uplink.report(now)
                person.uplink.transport.tick(now)
            if person.downlink is not None:
                person.downlink.transport.tick(now)
