"""Who counts in the figures of a meeting, and who was there but does not. Pure.

Counted is who was present as a member or facilitator and may be studied: with turns in the index,
or silent. Silent is a finding only where speech would have been one: of a person whose voice or
indexing no consent covers nothing is known, and their silence is none. An observer takes no part.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.analysis.table import Person, Span
from app.consent import ledger
from app.consent.models import ConsentDecision, Purpose
from app.groups.models import GroupRole, Membership
from app.meetings.models import Attendance
from app.recordings.models import VOICES, Recording, Tape

NEEDED = (Purpose.AUDIO, Purpose.INDEXING)
"""Without either, what a person says is in no index."""


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


def silent(
    rows: Sequence[ConsentDecision],
    tapes: Iterable[Tape],
    indexed_at: datetime,
    arrived: Mapping[UUID, datetime],
) -> set[UUID]:
    """Who had agreed to everything before they came, and never sent a voice to be kept."""
    standing = ledger.standing(rows)
    then = ledger.standing(row for row in rows if row.decided_at <= indexed_at)
    granted = {
        (row.user_id, Purpose(row.purpose))
        for row in rows
        if row.id in standing & then
        and row.user_id in arrived
        and row.decided_at <= arrived[row.user_id]
    }
    taped = {tape.user_id for tape in tapes if tape.source in VOICES}
    return {user for user in arrived if all((user, each) in granted for each in NEEDED)} - taped


def heard_from(
    rows: Iterable[ConsentDecision], tapes: Iterable[Tape], recording: Recording
) -> dict[UUID, int]:
    """Whose voice is kept from a moment inside the recording only, since they agreed to it then."""
    decided = {row.id: row.decided_at for row in rows}
    first: dict[UUID, int] = {}
    for tape in tapes:
        if tape.source in VOICES and tape.consent_id in decided:
            at = _after(recording.started_at, decided[tape.consent_id])
            first[tape.user_id] = min(at, first.get(tape.user_id, at))
    return {user: at for user, at in first.items() if 0 < at < (recording.duration_ms or 0)}


def roster(
    recording: Recording,
    memberships: Mapping[UUID, Membership],
    attendances: Sequence[Attendance],
    counted: Collection[UUID],
    speakers: Collection[UUID],
    heard: Mapping[UUID, int],
) -> Roster:
    """`counted`: who may be studied. `speakers`: who of them has turns, and so was there, whatever
    the attendance says."""
    length = recording.duration_ms or 0
    roles = {user: GroupRole(each.role) for user, each in memberships.items()}
    roles |= {stay.user_id: GroupRole(stay.role) for stay in attendances}
    stays: dict[UUID, list[Span]] = {}
    for stay in attendances:
        span = _span(stay, recording.started_at, length)
        if span.end_ms > span.start_ms:
            stays.setdefault(stay.user_id, []).append(span)
    present = set(stays) if attendances else set(counted)
    present |= set(speakers)
    present = {user for user in present if roles.get(user) in (GroupRole.MEMBER, _LEADS)}
    inside = sorted(
        (user for user in present & set(counted) if user in memberships),
        key=lambda user: (roles[user] != _LEADS, memberships[user].pseudonym),
    )
    people = {
        user: Person(
            memberships[user].pseudonym,
            roles[user] == _LEADS,
            _merged(stays.get(user, [Span(0, length)]), heard.get(user, 0)),
        )
        for user in inside
    }
    return Roster(people, len(present), bool(attendances))


_LEADS = GroupRole.FACILITATOR


def _span(stay: Attendance, zero: datetime, length_ms: int) -> Span:
    left = _after(zero, stay.left_at) if stay.left_at else length_ms
    return Span(max(0, _after(zero, stay.joined_at)), min(length_ms, left))


def _after(zero: datetime, moment: datetime) -> int:
    return (moment - zero) // timedelta(milliseconds=1)


def _merged(spans: Iterable[Span], begin_ms: int) -> tuple[Span, ...]:
    """In order, without overlap (two tabs are one person), from `begin_ms` on."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if end <= begin_ms:
            continue
        start = max(start, begin_ms)
        if merged and start <= merged[-1].end_ms:
            merged[-1] = Span(merged[-1].start_ms, max(end, merged[-1].end_ms))
        else:
            merged.append(Span(start, end))
    return tuple(merged)
