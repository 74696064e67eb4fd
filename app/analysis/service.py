"""Meetings as the consents in force let them be studied, measured."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import polars as pl
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.analysis.measures import Measures, measure
from app.analysis.roster import Roster, heard_from, roster, silent
from app.analysis.table import Talk, in_order
from app.groups import access
from app.groups import service as groups
from app.groups.models import Group
from app.kit.errors import Refusal
from app.kit.permissions import Action
from app.meetings import attendance
from app.meetings import service as meetings
from app.meetings.models import Attendance, Meeting, MeetingKind, MeetingState
from app.programmes import access as programmes
from app.programmes.models import Programme
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState, TapeState
from app.turns import columns
from app.turns.columns import Indexed
from app.turns.models import TurnIndex


class MeetingNotOver(Refusal):
    """Figures during a meeting change the talk they are about (Samrose et al. 2020)."""

    code = "meeting_not_over"


class NoTurns(Refusal):
    code = "no_turns"


class NotToldApart(Refusal):
    """Everybody came in one file, and of nobody it was said yet when they speak: without a turn
    they would all count as silent."""

    code = "not_told_apart"


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
    recording = await recordings.of_meeting(db, meeting.id)
    if recording is None or recording.state != RecordingState.READY:
        raise NoTurns
    found = await _studied(db, [(recording, meeting)])
    if not found:
        tapes = await recordings.tapes(db, recording.id)
        there = (tape for tape in tapes if tape.state != TapeState.ERASED)
        raise NotToldApart if recordings.is_mixed(there) else NoTurns
    studied = found[0]
    return Measured(studied, await asyncio.to_thread(measure, studied.talk, orders=orders))


async def of_group(db: AsyncSession, actor: Actor, group_id: UUID) -> tuple[Group, list[Measured]]:
    """The group's mentoring meetings that are over and indexed, in their order."""
    group = await access.require(db, actor, group_id, Action.READ_TURNS)
    series = await _series(db, [group_id])
    return group, await asyncio.to_thread(_measured, series[group_id])


async def of_programme(
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    only: Collection[UUID] | None = None,
) -> tuple[Programme, list[tuple[Group, list[Measured]]]]:
    """The same for every group of a programme, without the null hypotheses: what varies between
    groups is told instead. `only`: of these recordings."""
    programme = await programmes.require(db, actor, programme_id, Action.READ_TURNS)
    its_groups = await groups.of_programme(db, programme_id)
    series = await _series(db, [group.id for group in its_groups], only)
    measured = await asyncio.to_thread(_plain, series)
    found = [(group, measured[group.id]) for group in its_groups if measured[group.id]]
    return programme, found


async def _series(
    db: AsyncSession, group_ids: Sequence[UUID], only: Collection[UUID] | None = None
) -> dict[UUID, list[Studied]]:
    """Of each group its mentoring meetings that are over and indexed, in their order."""
    query = (
        select(Recording, Meeting)
        .where(Recording.meeting_id == Meeting.id, Recording.state == RecordingState.READY)
        .where(col(Meeting.group_id).in_(group_ids), Meeting.kind == MeetingKind.MENTORING)
        .where(Meeting.state == MeetingState.ENDED)
        .order_by(col(Meeting.ordinal), col(Meeting.starts_at))
    )
    if only is not None:
        query = query.where(col(Recording.id).in_(only))
    found: dict[UUID, list[Studied]] = {each: [] for each in group_ids}
    for each in await _studied(db, list((await db.exec(query)).all())):
        found[each.meeting.group_id].append(each)
    return found


def _plain(series: Mapping[UUID, Sequence[Studied]]) -> dict[UUID, list[Measured]]:
    return {
        group_id: [Measured(each, measure(each.talk, drawn=0, orders=False)) for each in found]
        for group_id, found in series.items()
    }


def _measured(found: Sequence[Studied]) -> list[Measured]:
    return [Measured(each, measure(each.talk, orders=False)) for each in found]


async def _studied(db: AsyncSession, wanted: Sequence[tuple[Recording, Meeting]]) -> list[Studied]:
    """Those that are indexed, whose speakers are told apart, and that have somebody who may be
    studied, in the order asked for."""
    spoken = await columns.of_recordings(db, wanted)
    stays = await attendance.of_meetings(db, [meeting.id for _, meeting in wanted])
    found = []
    for place, each in enumerate(spoken.recordings):
        turns = spoken.of(place)
        if recordings.is_mixed(each.tapes) and turns.is_empty():
            continue
        present = _roster(each, stays[each.meeting.id], turns)
        if present.people:
            talk = _table(each, present, turns)
            found.append(Studied(each.meeting, each.recording, each.index, present, talk))
    return found


def _roster(indexed: Indexed, stays: Sequence[Attendance], turns: pl.DataFrame) -> Roster:
    arrived = {stay.user_id: stay.joined_at for stay in reversed(stays)}
    ledger, tapes = indexed.ledger, indexed.tapes
    users = indexed.users
    return roster(
        indexed.recording,
        indexed.people,
        stays,
        indexed.studied | silent(ledger, tapes, indexed.index.created_at, arrived),
        {users[number] for number in turns["speaker"].unique().to_list()},
        heard_from(ledger, tapes, indexed.recording),
    )


def _table(indexed: Indexed, present: Roster, turns: pl.DataFrame) -> Talk:
    place = {user: number for number, user in enumerate(present.people)}
    number = np.array([place.get(user, _AWAY) for user in indexed.users], dtype=np.int64)
    speaker = number[turns["speaker"].to_numpy()]
    inside = speaker != _AWAY
    start, end, back = (turns[name].to_numpy()[inside] for name in _TIMES)
    length = max(indexed.recording.duration_ms or 0, int(end.max(initial=0)))
    return in_order(tuple(present.people.values()), length, speaker[inside], start, end, back)


_AWAY = -1
_TIMES = ("start_ms", "end_ms", "is_backchannel")
