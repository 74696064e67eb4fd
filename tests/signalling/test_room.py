"""The room as a state machine: whatever happens, in whatever order, two things hold.

Nobody hears of what they may not see, and no tape is allowed without a standing consent.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from signalling.messages import (
    Denied,
    Knocked,
    LobbyLeft,
    ParticipantJoined,
    ParticipantLeft,
    PublicationAdded,
    PublicationRemoved,
)
from signalling.participant import Participant
from signalling.room import PURPOSE_OF, Delivery, Room

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOURCES = st.sampled_from(["microphone", "camera", "screen"])
PURPOSES = st.sampled_from(["audio", "video", "indexing"])
ROLES = st.sampled_from(["member", "member", "member", "facilitator", "observer"])


def person(id_: str, role: str = "member", **consents: UUID) -> Participant:
    return Participant(id_, uuid4(), id_, role, dict(consents))  # type: ignore[arg-type]


class Meeting(RuleBasedStateMachine):
    """`seen` is what each participant would believe by applying what they were told."""

    people: Bundle[str] = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()
        self.count = 0
        self.seen_people: dict[str, set[str]] = {}
        self.seen_publications: dict[str, set[str]] = {}
        self.granted: set[tuple[str, str]] = set()

    def deliver(self, deliveries: list[Delivery]) -> None:
        for to, message in deliveries:
            if isinstance(message, Denied):
                continue
            assert to in self.room.participants, "one outside the room is told something"
            match message:
                case Knocked() | LobbyLeft():
                    assert self.room.participants[to].role == "facilitator"
                case ParticipantJoined(participant=state):
                    self.seen_people[to].add(state.id)
                case ParticipantLeft(participant=id_):
                    self.seen_people[to].discard(id_)
                case PublicationAdded(publication=state):
                    self.seen_publications[to].add(state.id)
                case PublicationRemoved(publication=id_):
                    self.seen_publications[to].discard(id_)

    def admit(self, newcomer: Participant) -> None:
        self.deliver(self.room.enter(newcomer))
        state = self.room.snapshot(newcomer.id)
        self.seen_people[newcomer.id] = {p.id for p in state.participants}
        self.seen_publications[newcomer.id] = {p.id for p in state.publications}
        if newcomer.role != "facilitator":
            assert state.lobby == []

    @rule(target=people, role=ROLES)
    def come(self, role: str) -> str:
        self.count += 1
        newcomer = person(f"p{self.count}", role)
        if self.room.waits(newcomer.role, newcomer.user):
            self.deliver(self.room.knock(newcomer))
        else:
            self.admit(newcomer)
        return newcomer.id

    @rule(id_=people)
    def let_in(self, id_: str) -> None:
        if id_ in self.room.lobby:
            self.admit(self.room.lobby[id_])

    @rule(id_=consumes(people))
    def leave(self, id_: str) -> None:
        self.seen_people.pop(id_, None)
        self.granted = {pair for pair in self.granted if pair[0] != id_}
        self.deliver(self.room.leave(id_))

    @rule(id_=people, source=SOURCES)
    def publish(self, id_: str, source: str) -> None:
        if id_ in self.room.participants and self.room.of_source(id_, source) is None:  # type: ignore[arg-type]
            self.count += 1
            self.deliver(self.room.publication_added(f"m{self.count}", id_, source))  # type: ignore[arg-type]

    @rule(id_=people, source=SOURCES)
    def unpublish(self, id_: str, source: str) -> None:
        publication = self.room.of_source(id_, source)  # type: ignore[arg-type]
        if publication is not None:
            self.deliver(self.room.publications_removed([publication.id]))

    @rule(id_=people, purpose=PURPOSES)
    def grant(self, id_: str, purpose: str) -> None:
        if id_ in self.room.participants:
            self.granted.add((id_, purpose))
            self.deliver(self.room.granted(id_, purpose, uuid4()))  # type: ignore[arg-type]

    @rule(id_=people, purpose=PURPOSES)
    def withdraw(self, id_: str, purpose: str) -> None:
        if id_ in self.room.participants:
            self.granted.discard((id_, purpose))
            self.deliver(self.room.ended(id_, purpose, "withdrawn"))  # type: ignore[arg-type]

    @rule()
    def record(self) -> None:
        self.deliver(self.room.recording_started(NOW))

    @rule()
    def stop(self) -> None:
        self.deliver(self.room.recording_stopped("command"))

    @invariant()
    def no_tape_without_consent(self) -> None:
        for id_ in self.room.to_tape():
            publication = self.room.publications[id_]
            assert self.room.recording_since is not None
            assert (publication.owner, PURPOSE_OF[publication.source]) in self.granted

    @invariant()
    def everyone_believes_what_is_so(self) -> None:
        for id_ in self.room.participants:
            assert self.seen_people[id_] == set(self.room.participants)
            others = {p.id for p in self.room.publications.values() if p.owner != id_}
            assert {p for p in self.seen_publications[id_] if p in others} == others
            assert self.seen_publications[id_] <= set(self.room.publications)


TestMeeting = Meeting.TestCase


def test_one_who_was_let_in_need_not_knock_again() -> None:
    room, bertta = Room(), person("bertta")
    assert room.waits(bertta.role, bertta.user)
    room.knock(bertta)
    room.enter(bertta)
    room.leave("bertta")
    assert not room.waits(bertta.role, bertta.user)


def test_a_lost_connection_is_shown_and_brings_no_second_tile() -> None:
    room, aino, bertta = Room(), person("aino", "facilitator"), person("bertta")
    room.enter(aino)
    room.enter(bertta)

    (lost,) = room.connection_changed("bertta", connected=False)
    assert lost.to == "aino"
    assert list(room.participants) == ["aino", "bertta"]
    assert room.connection_changed("bertta", connected=False) == []


def test_nothing_is_taped_twice() -> None:
    room = Room()
    room.enter(person("aino", "facilitator", audio=uuid4()))
    room.publication_added("m1", "aino", "microphone")
    room.recording_started(NOW)
    assert room.to_tape() == ["m1"]

    room.taped("m1", recorded=True)
    assert room.to_tape() == []
