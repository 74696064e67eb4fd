"""Who counts in the figures, and from when to when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.analysis.roster import heard_from, roster, silent
from app.analysis.table import Span
from app.consent.models import ConsentDecision, Decision, Purpose
from app.groups.models import GroupRole, Membership
from app.meetings.models import Attendance
from app.recordings.models import Recording, Source, Tape

ZERO = datetime(2027, 3, 10, 15, 0, tzinfo=UTC)
GROUP, MEETING, KEY = uuid4(), uuid4(), uuid4()
RECORDING = Recording(meeting_id=MEETING, node_name="a", started_at=ZERO, duration_ms=60_000)
FACILITATOR, FIRST, SECOND, OBSERVER = (uuid4() for _ in range(4))
MEMBERSHIPS = {
    user: Membership(group_id=GROUP, user_id=user, role=role, pseudonym=pseudonym)
    for user, role, pseudonym in [
        (FIRST, GroupRole.MEMBER, "J1"),
        (SECOND, GroupRole.MEMBER, "J2"),
        (FACILITATOR, GroupRole.FACILITATOR, "F1"),
        (OBSERVER, GroupRole.OBSERVER, "H1"),
    ]
}


def at(seconds: float) -> datetime:
    return ZERO + timedelta(seconds=seconds)


def stay(user: UUID, joined: float, left: float | None) -> Attendance:
    role = MEMBERSHIPS[user].role
    until = None if left is None else at(left)
    return Attendance(
        meeting_id=MEETING, user_id=user, role=role, joined_at=at(joined), left_at=until
    )


def grant(user: UUID, purpose: Purpose, seconds: float, n: int = 1) -> ConsentDecision:
    return ConsentDecision(
        sequence=n, user_id=user, group_id=GROUP, purpose=purpose, decision=Decision.GRANTED,
        text_version=1, text_language="fi", decided_by=user, previous_hash="", hash="",
        decided_at=at(seconds),
    )  # fmt: skip


def tape(user: UUID, given: ConsentDecision) -> Tape:
    return Tape(
        recording_id=RECORDING.id, user_id=user, publication_id="m", source=Source.MICROPHONE,
        consent_id=given.id, data_key_id=KEY, node_name="a", path=str(user),
    )  # fmt: skip


def counted(
    attendances: Sequence[Attendance],
    users: set[UUID],
    speakers: set[UUID] = frozenset(),  # type: ignore[assignment]
) -> dict[str, tuple[Span, ...]]:
    found = roster(RECORDING, MEMBERSHIPS, attendances, users, speakers, {})
    return {person.pseudonym: person.stays for person in found.people.values()}


EVERYONE = {FACILITATOR, FIRST, SECOND, OBSERVER}


def test_presence_is_cut_to_the_recording_and_stays_are_joined() -> None:
    stays = [
        stay(FACILITATOR, -300, None),
        stay(FIRST, 10, 20), stay(FIRST, 15, 30), stay(FIRST, 40, 90),
        stay(SECOND, -60, -5),
    ]  # fmt: skip
    assert counted(stays, EVERYONE) == {
        "F1": (Span(0, 60_000),),
        "J1": (Span(10_000, 30_000), Span(40_000, 60_000)),
    }


def test_the_observer_takes_no_part_and_who_may_not_be_studied_is_told_of() -> None:
    stays = [stay(user, 0, 60) for user in EVERYONE]
    found = roster(RECORDING, MEMBERSHIPS, stays, {FACILITATOR, FIRST, OBSERVER}, set(), {})
    assert [person.pseudonym for person in found.people.values()] == ["F1", "J1"]
    assert (found.present, found.left_out) == (3, 1)


def test_without_attendance_everybody_counted_stayed() -> None:
    found = roster(RECORDING, MEMBERSHIPS, [], {FIRST}, set(), {})
    assert not found.attendance_known
    assert [person.stays for person in found.people.values()] == [(Span(0, 60_000),)]


def test_who_spoke_was_there() -> None:
    assert counted([stay(FIRST, 0, 60)], {FIRST, SECOND}, {SECOND}) == {
        "J1": (Span(0, 60_000),),
        "J2": (Span(0, 60_000),),
    }


def test_the_role_is_the_one_of_that_day() -> None:
    led = Attendance(
        meeting_id=MEETING, user_id=FIRST, role=GroupRole.FACILITATOR,
        joined_at=at(0), left_at=at(60),
    )  # fmt: skip
    found = roster(RECORDING, MEMBERSHIPS, [led], {FIRST}, set(), {})
    assert found.people[FIRST].is_facilitator


def test_silence_is_a_finding_only_of_who_agreed_to_everything_beforehand() -> None:
    both = [grant(FIRST, Purpose.AUDIO, -60), grant(FIRST, Purpose.INDEXING, -60)]
    arrived = {FIRST: at(0)}
    assert silent(both, [], at(600), arrived) == {FIRST}
    assert silent(both, [tape(FIRST, both[0])], at(600), arrived) == set()  # heard, not silent
    assert silent(both[:1], [], at(600), arrived) == set()
    assert silent(both[1:], [], at(600), arrived) == set()
    late = [grant(FIRST, Purpose.AUDIO, 30), both[1]]
    assert silent(late, [], at(600), arrived) == set()  # may have spoken before
    assert silent(both, [], at(600), {}) == set()  # was not there
    withdrawn = grant(FIRST, Purpose.INDEXING, 700, 3)
    withdrawn.decision = Decision.WITHDRAWN
    assert silent([*both, withdrawn], [], at(600), arrived) == set()


def test_who_agreed_during_the_meeting_counts_from_then() -> None:
    during, before = grant(FIRST, Purpose.AUDIO, 20), grant(SECOND, Purpose.AUDIO, -20)
    tapes = [tape(FIRST, during), tape(SECOND, before)]
    heard = heard_from([during, before], tapes, RECORDING)
    assert heard == {FIRST: 20_000}
    stays = [stay(FIRST, 0, 60), stay(SECOND, 0, 60)]
    found = roster(RECORDING, MEMBERSHIPS, stays, {FIRST, SECOND}, set(), heard)
    assert found.people[FIRST].stays == (Span(20_000, 60_000),)
    assert found.people[SECOND].stays == (Span(0, 60_000),)
