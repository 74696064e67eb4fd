"""Meetings as the consents in force let them be studied, measured."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.analysis.measures import Measures, measure
from app.analysis.roster import Roster, heard_from, roster, silent
from app.analysis.table import Talk, talk
from app.consent import service as consent
from app.groups import access
from app.groups import service as groups
from app.groups.models import Group
from app.kit.errors import Refusal
from app.kit.permissions import Action
from app.meetings import attendance
from app.meetings import service as meetings
from app.meetings.models import Meeting, MeetingKind, MeetingState
from app.programmes import access as programmes
from app.programmes.models import Programme
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState
from app.turns import service as turns
from app.turns.models import TurnIndex


class MeetingNotOver(Refusal):
    """Figures during a meeting change the talk they are about (Samrose et al. 2020)."""

    code = "meeting_not_over"


class NoTurns(Refusal):
    code = "no_turns"


@dataclass(frozen=True)
class Studied:
    """A meeting that is over, as a table, with the index that it was made from."""

    meeting: Meeting
    recording: Recording
    index: TurnIndex
    roster: Roster
    talk: Talk


@dataclass(frozen=True)
class Measured:
    studied: Studied
    measures: Measures


async def of_meeting(
    db: AsyncSession, actor: Actor, meeting_id: UUID, *, orders: bool = True
) -> Measured:
    """`orders`: with the null hypotheses about order, which cost most of the time."""
    meeting = await meetings.get(db, actor, meeting_id, Action.READ_TURNS)
    if meeting.state in (MeetingState.SCHEDULED, MeetingState.OPEN):
        raise MeetingNotOver
    studied = await _studied(db, meeting)
    if studied is None:
        raise NoTurns
    return Measured(studied, await asyncio.to_thread(measure, studied.talk, orders=orders))


async def of_group(db: AsyncSession, actor: Actor, group_id: UUID) -> tuple[Group, list[Measured]]:
    """The group's mentoring meetings that are over and indexed, in their order."""
    group = await access.require(db, actor, group_id, Action.READ_TURNS)
    return group, await asyncio.to_thread(_measured, await _series(db, group_id))


async def of_programme(
    db: AsyncSession, actor: Actor, programme_id: UUID
) -> tuple[Programme, list[tuple[Group, list[Measured]]]]:
    """The same for every group of a programme, without the null hypotheses: what varies between
    groups is told instead."""
    programme = await programmes.require(db, actor, programme_id, Action.READ_TURNS)
    query = select(Group).where(Group.programme_id == programme_id)
    found = []
    for group in (await db.exec(query.order_by(Group.name, col(Group.id)))).all():
        studied = await _series(db, group.id)
        if studied:
            found.append((group, await asyncio.to_thread(_plain, studied)))
    return programme, found


async def _series(db: AsyncSession, group_id: UUID) -> list[Studied]:
    query = meetings.of_group(group_id).where(
        Meeting.kind == MeetingKind.MENTORING, Meeting.state == MeetingState.ENDED
    )
    series = (await db.exec(query.order_by(col(Meeting.ordinal), col(Meeting.starts_at)))).all()
    return [each for meeting in series if (each := await _studied(db, meeting))]


def _plain(found: Sequence[Studied]) -> list[Measured]:
    return [Measured(each, measure(each.talk, drawn=0, orders=False)) for each in found]


def _measured(found: Sequence[Studied]) -> list[Measured]:
    return [Measured(each, measure(each.talk, orders=False)) for each in found]


async def _studied(db: AsyncSession, meeting: Meeting) -> Studied | None:
    recording = await recordings.of_meeting(db, meeting.id)
    if recording is None or recording.state != RecordingState.READY:
        return None
    index, rows = await turns.allowed(db, recording.id, meeting)
    if index is None:
        return None
    present = await _roster(db, meeting, recording, index, {row.turn.user_id for row in rows})
    if not present.people:
        return None
    return Studied(meeting, recording, index, present, _table(recording, present, rows))


async def _roster(
    db: AsyncSession,
    meeting: Meeting,
    recording: Recording,
    index: TurnIndex,
    speakers: set[UUID],
) -> Roster:
    ledger_rows = await consent.chain(db, meeting.group_id)
    tapes = await recordings.tapes(db, recording.id)
    stays = await attendance.of_meeting(db, meeting.id)
    arrived = {stay.user_id: stay.joined_at for stay in reversed(stays)}
    counted = await turns.studied_in(db, index, meeting)
    counted |= silent(ledger_rows, tapes, index.created_at, arrived)
    members = await groups.members(db, meeting.group_id, former=True)
    return roster(
        recording,
        {user.id: membership for membership, user in members},
        stays,
        counted,
        speakers,
        heard_from(ledger_rows, tapes, recording),
    )


def _table(recording: Recording, present: Roster, rows: Sequence[turns.TurnRow]) -> Talk:
    number: Mapping[UUID, int] = {user: place for place, user in enumerate(present.people)}
    spoken = [
        (number[turn.user_id], turn.start_ms, turn.end_ms, turn.is_backchannel)
        for turn, _, _ in rows
        if turn.user_id in number
    ]
    last = max((end for _, _, end, _ in spoken), default=0)
    length = max(recording.duration_ms or 0, last)
    return talk(tuple(present.people.values()), length, spoken)
