"""Everyone in one meeting, now. Synchronous on purpose: no await can split a change.

Methods change the room and return what is to be told to whom. They never refuse: handlers ask
first. Nothing here knows a clock, a socket, the relay or the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from signalling.messages import (
    ConsentDecided,
    Denied,
    Knocked,
    LobbyLeft,
    OffRecordChanged,
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    PublicationAdded,
    PublicationChanged,
    PublicationRemoved,
    PublicationState,
    PurposeName,
    RecordingStarted,
    RecordingState,
    RecordingStopped,
    RoleName,
    RoomState,
    Said,
    ServerMessage,
    SourceName,
    SpeakerChanged,
)
from signalling.off_record import OffRecord
from signalling.participant import Participant

PURPOSE_OF: dict[SourceName, PurposeName] = {
    "microphone": "audio",
    "camera": "video",
    "screen": "video",
}
"""The consent that each source needs before a byte of it is written."""


class Delivery(NamedTuple):
    to: str
    message: ServerMessage


@dataclass
class Publication:
    id: str
    owner: str
    source: SourceName
    muted: bool = False
    recorded: bool = False

    def state(self) -> PublicationState:
        return PublicationState(
            id=self.id,
            participant=self.owner,
            source=self.source,
            muted=self.muted,
            recorded=self.recorded,
        )


@dataclass
class Room:
    participants: dict[str, Participant] = field(default_factory=dict)
    lobby: dict[str, Participant] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    admitted: set[UUID] = field(default_factory=set)
    """Who was let in once need not knock again."""
    recording_since: datetime | None = None
    interrupted: bool = False  # it runs, and nothing can be written
    off_record: OffRecord = field(default_factory=OffRecord)
    speaker: str | None = None

    # ---- coming and going -----------------------------------------------------------------

    def waits(self, role: RoleName, user: UUID) -> bool:
        """Members wait to be let in, once per meeting; facilitator and observer do not."""
        return role == "member" and user not in self.admitted

    def knock(self, newcomer: Participant) -> list[Delivery]:
        self.lobby[newcomer.id] = newcomer
        return self._to_facilitators(Knocked(person=newcomer.lobby_state()))

    def enter(self, newcomer: Participant) -> list[Delivery]:
        """From the lobby or straight from outside."""
        left = self._left_lobby(newcomer.id)
        others = self._to_others(newcomer.id, ParticipantJoined(participant=newcomer.state()))
        self.participants[newcomer.id] = newcomer
        self.admitted.add(newcomer.user)
        return left + others

    def deny(self, participant: str) -> list[Delivery]:
        return [*self._left_lobby(participant), Delivery(participant, Denied())]

    def connection_changed(self, participant: str, *, connected: bool) -> list[Delivery]:
        person = self.participants.get(participant) or self.lobby.get(participant)
        if person is None or person.connected == connected:
            return []
        person.connected = connected
        if participant in self.lobby:
            return []
        return self._to_others(participant, ParticipantChanged(participant=person.state()))

    def leave(self, participant: str) -> list[Delivery]:
        deliveries = self._left_lobby(participant)
        if self.participants.pop(participant, None) is None:
            return deliveries
        own = [p.id for p in self.publications.values() if p.owner == participant]
        deliveries += self.publications_removed(own)
        if self.speaker == participant:
            deliveries += self.speaker_changed(None)
        return deliveries + self._to_all(ParticipantLeft(participant=participant))

    @property
    def has_facilitator(self) -> bool:
        return any(person.role == "facilitator" for person in self.participants.values())

    def present(self) -> set[UUID]:
        return {person.user for person in self.participants.values()}

    def of_user(self, user: UUID) -> Participant | None:
        """Where the person takes part; one who only watches is nobody's place."""
        people = [*self.participants.values(), *self.lobby.values()]
        return next((p for p in people if p.user == user and not p.watches), None)

    # ---- what they send -------------------------------------------------------------------

    def publication_added(self, id_: str, owner: str, source: SourceName) -> list[Delivery]:
        if id_ in self.publications:
            return []
        publication = self.publications[id_] = Publication(id_, owner, source)
        return self._to_others(owner, PublicationAdded(publication=publication.state()))

    def publications_removed(self, ids: Iterable[str]) -> list[Delivery]:
        gone = [self.publications.pop(id_) for id_ in list(ids) if id_ in self.publications]
        news = [(p.owner, PublicationRemoved(publication=p.id)) for p in gone]
        return [each for owner, fact in news for each in self._to_others(owner, fact)]

    def of_source(self, owner: str, source: SourceName) -> Publication | None:
        found = (p for p in self.publications.values() if (p.owner, p.source) == (owner, source))
        return next(found, None)

    def muted(self, publication: Publication, *, muted: bool) -> list[Delivery]:
        publication.muted = muted
        return self._to_all(PublicationChanged(publication=publication.state()))

    def speaker_changed(self, participant: str | None) -> list[Delivery]:
        if participant not in self.participants:
            participant = None
        if participant == self.speaker:
            return []
        self.speaker = participant
        return self._to_all(SpeakerChanged(participant=participant))

    def raise_hand(self, participant: str, *, raised: bool) -> list[Delivery]:
        person = self.participants[participant]
        person.hand_raised = raised
        return self._to_all(ParticipantChanged(participant=person.state()))

    def say(self, participant: str, text: str, at: datetime) -> list[Delivery]:
        name = self.participants[participant].name
        return self._to_all(Said(participant=participant, name=name, text=text, at=at))

    # ---- what is recorded -----------------------------------------------------------------

    @property
    def writes_nothing(self) -> bool:
        """Nothing may be kept of anyone now."""
        return self.recording_since is None or self.interrupted or bool(self.off_record.since)

    def allowed_by(self, publication: str) -> UUID | None:
        """The consent under which this publication is to be taped now; None: it is not."""
        found = self.publications.get(publication)
        owner = self.participants.get(found.owner) if found else None
        if found is None or owner is None or self.writes_nothing:
            return None
        return owner.consents.get(PURPOSE_OF[found.source])

    def chat_allowed_by(self, participant: str) -> UUID | None:
        """The consent under which this person's chat is to be kept now; None: it is not."""
        person = self.participants.get(participant)
        return None if person is None or self.writes_nothing else person.consents.get("chat")

    @property
    def keeps_chat(self) -> bool:
        """Whether anybody's chat is to be kept now."""
        return any(self.chat_allowed_by(name) is not None for name in self.participants)

    def to_tape(self) -> list[str]:
        """Publications whose owner consents and which no tape is written of yet."""
        untaped = [p.id for p in self.publications.values() if not p.recorded]
        return [id_ for id_ in untaped if self.allowed_by(id_) is not None]

    def taped(self, publication: str, *, recorded: bool) -> list[Delivery]:
        found = self.publications.get(publication)
        if found is None or found.recorded == recorded:
            return []
        found.recorded = recorded
        return self._to_all(PublicationChanged(publication=found.state()))

    def resting_on(self, participant: str, purpose: PurposeName) -> list[str]:
        """The publications whose tapes this consent carries."""
        own = [p for p in self.publications.values() if p.owner == participant]
        return [p.id for p in own if PURPOSE_OF[p.source] == purpose]

    def granted(self, participant: str, purpose: PurposeName, consent: UUID) -> list[Delivery]:
        self.participants[participant].consents[purpose] = consent
        return self._decided(participant, purpose, "granted")

    def ended(self, participant: str, purpose: PurposeName, how: str) -> list[Delivery]:
        """The person refused or withdrew."""
        self.participants[participant].consents.pop(purpose, None)
        return self._decided(participant, purpose, how)

    def recording_started(self, at: datetime) -> list[Delivery]:
        self.recording_since = at
        return self._to_all(RecordingStarted(started_at=at))

    def recording_stopped(self, reason: str) -> list[Delivery]:
        self.recording_since, self.interrupted = None, False
        for publication in self.publications.values():
            publication.recorded = False
        return self._to_all(RecordingStopped.model_validate({"reason": reason}))

    def off_record_changed(self) -> list[Delivery]:
        """To each what it means for them."""
        of, here, people = self.off_record, self.present(), self.participants.values()
        news = [(p.id, of.state(p.user, here)) for p in people]
        return [Delivery(to, OffRecordChanged(off_record=state)) for to, state in news]

    # ---- what a newcomer is told ----------------------------------------------------------

    def snapshot(self, participant: str) -> RoomState:
        sees_lobby = self.participants[participant].role == "facilitator"
        return RoomState(
            participants=[person.state() for person in self.participants.values()],
            publications=[publication.state() for publication in self.publications.values()],
            lobby=[p.lobby_state() for p in self.lobby.values()] if sees_lobby else [],
            recording=RecordingState(
                running=self.recording_since is not None,
                started_at=self.recording_since,
                interrupted="disk" if self.interrupted else None,
            ),
            off_record=self.off_record.state(self.participants[participant].user, self.present()),
            speaker=self.speaker,
        )

    def everyone(self, message: ServerMessage) -> list[Delivery]:
        """To those in the room and those in the lobby."""
        return [Delivery(to, message) for to in [*self.participants, *self.lobby]]

    # ---- whom to tell ---------------------------------------------------------------------

    def _decided(self, participant: str, purpose: PurposeName, how: str) -> list[Delivery]:
        fact = {"participant": participant, "purpose": purpose, "decision": how}
        state = self.participants[participant].state()
        return [
            *self._to_all(ConsentDecided.model_validate(fact)),
            *self._to_all(ParticipantChanged(participant=state)),
        ]

    def _left_lobby(self, participant: str) -> list[Delivery]:
        if self.lobby.pop(participant, None) is None:
            return []
        return self._to_facilitators(LobbyLeft(participant=participant))

    def _to_all(self, message: ServerMessage) -> list[Delivery]:
        return [Delivery(to, message) for to in self.participants]

    def _to_others(self, participant: str, message: ServerMessage) -> list[Delivery]:
        return [Delivery(to, message) for to in self.participants if to != participant]

    def _to_facilitators(self, message: ServerMessage) -> list[Delivery]:
        people = self.participants.values()
        return [Delivery(p.id, message) for p in people if p.role == "facilitator"]
