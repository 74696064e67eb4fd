"""Meetings as the consents in force let them be studied, measured."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

import numpy as np
import polars as pl
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.analysis import hearing
from app.analysis.hearing import Heard
from app.analysis.measures import Measures, measure
from app.analysis.roster import Roster, roster
from app.analysis.table import Talk, in_order
from app.consent import ledger
from app.exports.figures import Counted, of_turns
from app.groups import access
from app.groups import service as groups
from app.groups.models import Group
from app.kit.db import now
from app.kit.errors import Refusal
from app.kit.intervals import Interval, merged, minus
from app.kit.permissions import Action
from app.meetings import attendance
from app.meetings import service as meetings
from app.meetings.models import Attendance, Meeting, MeetingKind, MeetingState
from app.programmes import access as programmes
from app.programmes.models import Programme
from app.recordings import service as recordings
from app.recordings import unrecorded
from app.recordings.models import ELSEWHERE, Recording, RecordingState, TapeState
from app.retention import holds
from app.retention import service as retention
from app.turns import columns, shared
from app.turns.columns import Indexed, LeftOut
from app.turns.models import SharedSpeech, TurnIndex
from app.turns.service import IMPORTED


class MeetingNotOver(Refusal):
    """Figures during a meeting change the talk they are about (Samrose et al. 2020)."""

    code = "meeting_not_over"


class NoTurns(Refusal):
    code = "no_turns"


class NotToldApart(Refusal):
    """Everybody came in one file, and of some speech nobody has said yet whose it is: they would
    count as silent in it."""

    code = "not_told_apart"


@dataclass(frozen=True)
class Studied:
    """A meeting that is over, as a table, with the index that it was made from."""

    meeting: Meeting
    recording: Recording
    index: TurnIndex
    roster: Roster
    talk: Talk
    accepted: int
    """Of the turns in the talk those that a person accepted, made or brought along; the others are
    as the machine proposed them."""
    left_out: LeftOut
    """By the rules: technical talk, laughter. Where nobody else speaks it is no silence either."""
    unrecorded_ms: int


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


async def of_series(db: AsyncSession, group_id: UUID) -> list[Studied]:
    """The same, not measured, for those who have asked at a door of their own."""
    return (await _series(db, [group_id]))[group_id]


async def of_recording(db: AsyncSession, recording: Recording, meeting: Meeting) -> Studied | None:
    """The same of one, for the worker; None where there is nothing to study."""
    found = await _studied(db, [(recording, meeting)])
    return found[0] if found else None


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


def counted(series: Iterable[Measured]) -> list[Counted]:
    """For the register of what goes out."""
    found = (each.studied for each in series)
    return [of_turns(each.recording, each.meeting, each.roster.people) for each in found]


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
    there = [each.recording for each in spoken.recordings]
    stays = await attendance.of_meetings(db, [each.meeting.id for each in spoken.recordings])
    cuts = await unrecorded.of_recordings(db, there)
    speech = await shared.of_recordings(db, [recording.id for recording in there])
    over = await _over(db, spoken.recordings)
    found = []
    for place, each in enumerate(spoken.recordings):
        turns, aside, id_ = spoken.of(place), spoken.aside(place), each.recording.id
        told = _told_apart(each, speech.get(id_), pl.concat([turns, aside]))
        if told is Told.IN_PART:
            continue
        cut = [Interval(*span) for span in cuts[id_]]
        if len(aside):  # where nobody else speaks either
            cut = merged([*cut, *minus(_spans(aside), _spans(turns))])
        known = set() if told is Told.TURNS_ALONE else hearing.kept(each.tapes) - over[id_]
        heard = _heard(each, stays[each.meeting.id], turns, cut, known)
        present = roster(
            each.recording,
            each.people,
            stays[each.meeting.id],
            heard,
            attendance_known=each.recording.node_name != ELSEWHERE,
        )
        if present.people:
            unrecorded_ms = sum(end - start for start, end in cuts[id_])
            own = each, present, turns, cut, LeftOut.of(aside), unrecorded_ms
            found.append(_of(*own))
    return found


def _spans(turns: pl.DataFrame) -> list[Interval]:
    rows = turns.select("start_ms", "end_ms").iter_rows()
    return merged(Interval(start, end) for start, end in rows)


async def _over(db: AsyncSession, found: Sequence[Indexed]) -> dict[UUID, set[UUID]]:
    """Of each recording, whose turns are over their time, and were so before a hold."""
    query = select(Group.id, Programme).join(Programme, col(Programme.id) == Group.programme_id)
    ids = {each.meeting.group_id for each in found}
    of = dict((await db.exec(query.where(col(Group.id).in_(ids)))).all())
    changes, held, moment = await retention.changes_of(db), await holds.in_force(db), now()
    over: dict[UUID, set[UUID]] = {}
    for each in found:
        programme, id_ = of[each.meeting.group_id], each.recording.id
        hold = holds.covering(held, programme.id, each.meeting.group_id, id_)
        over[id_] = hearing.over(
            each.ledger,
            each.recording.started_at,
            changes[programme.id],
            programme.retention_days,
            moment if hold is None else hold.set_at,
        )
    return over


class Told(Enum):
    """How far it is known who speaks when."""

    WHOLE = auto()
    IN_PART = auto()
    """Some speech is nobody's yet."""
    TURNS_ALONE = auto()
    """Nothing is known of anybody but their turns."""


def _told_apart(indexed: Indexed, speech: SharedSpeech | None, turns: pl.DataFrame) -> Told:
    if not recordings.is_mixed(indexed.tapes):
        return Told.WHOLE
    if turns.is_empty():
        return Told.IN_PART
    if indexed.index.version.startswith(IMPORTED):
        return Told.WHOLE
    if speech is None or not shared.stands(speech, ledger.standing(indexed.ledger)):
        return Told.TURNS_ALONE
    spans = turns.select("start_ms", "end_ms").rows()
    return Told.IN_PART if shared.untold(speech, spans) else Told.WHOLE


def _heard(
    indexed: Indexed,
    stays: Sequence[Attendance],
    turns: pl.DataFrame,
    cut: Sequence[Interval],
    known: Collection[UUID],
) -> Heard:
    """`known`: of whom there is a voice that says whether they spoke."""
    arrived = {stay.user_id: stay.joined_at for stay in reversed(stays)}
    rows, tapes, made_at = indexed.ledger, indexed.tapes, indexed.index.created_at
    users, silent = indexed.users, hearing.silent(rows, tapes, made_at, arrived)
    studied = indexed.studied | silent
    return Heard(
        studied,
        {users[number] for number in turns["speaker"].unique().to_list()},
        indexed.studied.difference(known, silent),
        hearing.heard(rows, tapes, indexed.recording, made_at, cut),
    )


def _of(
    indexed: Indexed,
    present: Roster,
    turns: pl.DataFrame,
    cut: Sequence[Interval],
    left_out: LeftOut,
    unrecorded_ms: int,
) -> Studied:
    place = {user: number for number, user in enumerate(present.people)}
    number = np.array([place.get(user, _AWAY) for user in indexed.users], dtype=np.int64)
    speaker = number[turns["speaker"].to_numpy()]
    inside = speaker != _AWAY
    start, end, back = (turns[name].to_numpy()[inside] for name in _TIMES)
    length = max(indexed.recording.duration_ms or 0, int(end.max(initial=0)))
    people = tuple(present.people.values())
    number_ = indexed.recording.id.int
    talk = in_order(people, length, speaker[inside], start, end, back, cut, number_)
    accepted = int(turns["is_accepted"].to_numpy()[inside].sum())
    about = (indexed.meeting, indexed.recording, indexed.index, present)
    return Studied(*about, talk, accepted, left_out, unrecorded_ms)


_AWAY = -1
_TIMES = ("start_ms", "end_ms", "is_backchannel")
