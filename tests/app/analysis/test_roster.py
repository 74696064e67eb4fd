"""Who counts in the figures, and from when to when."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.analysis.hearing import Heard
from app.analysis.roster import Roster, roster
from app.groups.models import GroupRole, Membership
from app.kit.intervals import Interval
from app.meetings.models import Attendance
from app.recordings.models import Recording

ZERO = datetime(2027, 3, 10, 15, 0, tzinfo=UTC)
GROUP, MEETING = uuid4(), uuid4()
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


def of(stays: Sequence[Attendance], heard: Heard) -> Roster:
    return roster(RECORDING, MEMBERSHIPS, stays, heard, attendance_known=True)


def counted(
    attendances: Sequence[Attendance], users: set[UUID], speakers: Collection[UUID] = ()
) -> dict[str, tuple[Interval, ...]]:
    found = of(attendances, Heard(users, speakers))
    return {person.pseudonym: person.stays for person in found.people.values()}


EVERYONE = {FACILITATOR, FIRST, SECOND, OBSERVER}


def test_presence_is_cut_to_the_recording_and_stays_are_joined() -> None:
    stays = [
        stay(FACILITATOR, -300, None),
        stay(FIRST, 10, 20), stay(FIRST, 15, 30), stay(FIRST, 40, 90),
        stay(SECOND, -60, -5),
    ]  # fmt: skip
    assert counted(stays, EVERYONE) == {
        "F1": (Interval(0, 60_000),),
        "J1": (Interval(10_000, 30_000), Interval(40_000, 60_000)),
    }


def test_the_observer_takes_no_part_and_who_may_not_be_studied_is_told_of() -> None:
    stays = [stay(user, 0, 60) for user in EVERYONE]
    found = of(stays, Heard({FACILITATOR, FIRST, OBSERVER}, set()))
    assert [person.pseudonym for person in found.people.values()] == ["F1", "J1"]
    assert (found.present, found.left_out) == (3, 1)


def test_without_attendance_everybody_counted_stayed() -> None:
    found = of([], Heard({FIRST}, set()))
    assert not found.attendance_known
    assert [person.stays for person in found.people.values()] == [(Interval(0, 60_000),)]


def test_who_spoke_was_there() -> None:
    assert counted([stay(FIRST, 0, 60)], {FIRST, SECOND}, {SECOND}) == {
        "J1": (Interval(0, 60_000),),
        "J2": (Interval(0, 60_000),),
    }


def test_the_role_is_the_one_of_that_day() -> None:
    led = Attendance(
        meeting_id=MEETING, user_id=FIRST, role=GroupRole.FACILITATOR,
        joined_at=at(0), left_at=at(60),
    )  # fmt: skip
    found = of([led], Heard({FIRST}, set()))
    assert found.people[FIRST].is_facilitator


def test_presence_is_cut_to_when_speech_would_have_been_kept() -> None:
    """Stays of 0–30 and 40–60 s, heard in 10–50: 10–30 and 40–50."""
    stays = [stay(FIRST, 0, 30), stay(FIRST, 40, 60)]
    found = of(stays, Heard({FIRST}, set(), spans={FIRST: [Interval(10_000, 50_000)]}))
    assert found.people[FIRST].stays == (Interval(10_000, 30_000), Interval(40_000, 50_000))


def test_of_whom_nothing_could_be_heard_is_left_out() -> None:
    stays = [stay(FIRST, 0, 60), stay(SECOND, 0, 10)]
    heard = Heard({FIRST, SECOND}, set(), {FIRST}, {SECOND: [Interval(20_000, 60_000)]})
    found = of(stays, heard)
    assert (set(found.people), found.present, found.left_out) == (set(), 2, 2)


def test_who_has_turns_counts_with_them_whatever_is_known_of_the_silence() -> None:
    stays = [stay(FIRST, 0, 60)]
    found = of(stays, Heard({FIRST}, {FIRST}, {FIRST}))
    assert found.people[FIRST].stays == (Interval(0, 60_000),)


def test_stays_that_nobody_observed_are_not_known() -> None:
    stays, heard = [stay(FIRST, 0, 60)], Heard({FIRST}, set())
    assert not roster(RECORDING, MEMBERSHIPS, stays, heard, attendance_known=False).attendance_known
