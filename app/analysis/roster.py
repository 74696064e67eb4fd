"""Who counts in the figures of a meeting, and who was there but does not. Pure.

Counted is who was present as a member or facilitator and may be studied: with turns in the index,
or silent. Silent is a finding only where speech would have been one (see `hearing`): of a person
whose voice or indexing no consent covers nothing is known, and their silence is none. An observer
takes no part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.analysis.hearing import Heard
from app.analysis.table import Person
from app.groups.models import GroupRole, Membership
from app.kit.intervals import Interval, common, merged, ms_after
from app.meetings.models import Attendance
from app.recordings.models import Recording


@dataclass(frozen=True)
class Roster:
    people: Mapping[UUID, Person]
    """In the order of pseudonyms, the facilitator first."""
    present: int
    """Everyone who took part, counted or not; observers aside."""
    attendance_known: bool
    """Without it everybody counted is taken to have stayed from beginning to end."""

    @property
    def left_out(self) -> int:
        return self.present - len(self.people)


def roster(
    recording: Recording,
    memberships: Mapping[UUID, Membership],
    attendances: Sequence[Attendance],
    heard: Heard,
    *,
    attendance_known: bool,
) -> Roster:
    """`attendance_known`: False where the stays are nobody's observation."""
    length = recording.duration_ms or 0
    roles = {user: GroupRole(each.role) for user, each in memberships.items()}
    roles |= {stay.user_id: GroupRole(stay.role) for stay in attendances}
    stays: dict[UUID, list[Interval]] = {}
    for stay in attendances:
        span = _span(stay, recording.started_at, length)
        if span.end_ms > span.start_ms:
            stays.setdefault(stay.user_id, []).append(span)
    present = set(stays) if attendances else set(heard.studied)
    present |= set(heard.speakers)
    present = {user for user in present if roles.get(user) in (GroupRole.MEMBER, _LEADS)}
    whole = [Interval(0, length)]
    there = {
        user: _within(stays.get(user, whole), heard.spans.get(user, whole))
        for user in present & set(heard.studied)
        if user in memberships
    }
    known = {user for user, own in there.items() if own and user not in heard.unknown}
    inside = sorted(
        there.keys() & (known | set(heard.speakers)),
        key=lambda user: (roles[user] != _LEADS, memberships[user].pseudonym),
    )
    people = {
        user: Person(memberships[user].pseudonym, roles[user] == _LEADS, there[user])
        for user in inside
    }
    return Roster(people, len(present), attendance_known and bool(attendances))


_LEADS = GroupRole.FACILITATOR


def _span(stay: Attendance, zero: datetime, length_ms: int) -> Interval:
    left = ms_after(zero, stay.left_at) if stay.left_at else length_ms
    return Interval(max(0, ms_after(zero, stay.joined_at)), min(length_ms, left))


def _within(stays: Sequence[Interval], heard: Sequence[Interval]) -> tuple[Interval, ...]:
    """In order, without overlap (two tabs are one person)."""
    return tuple(part for stay in merged(stays) for part in common(stay, heard))
