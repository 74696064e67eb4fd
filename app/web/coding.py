"""The pages of coding: the programme's queue, a coder's own work, and where coders differ."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby, product
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.analysis.drawing import clock, decimal
from app.blinding.models import AssignmentState
from app.codebooks import service as codebooks
from app.codebooks.document import Axis
from app.codebooks.models import Codebook
from app.coding import comparing, progress, seeing, work
from app.coding.progress import Line
from app.coding.seeing import Seen
from app.coding.shapes import work_public
from app.groups.models import Group
from app.kit.audit import Deed
from app.kit.permissions import Action, may
from app.meetings.models import Meeting
from app.programmes import access
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.recordings import auditing, reading
from app.recordings.models import FileKind, Recording, RecordingState
from app.sampling import basis
from app.sampling import service as sampling
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)
Place = tuple[Recording, Meeting, Group]


@router.get("/programmes/{programme_id}/coding")
async def queue(programme_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.CODE)
    roles = await access.roles(db, actor, programme_id)
    lines = await progress.of_programme(db, programme_id)
    books = await codebooks.of_programme(db, programme_id)
    versions = {book.name: await codebooks.versions(db, book.id) for book in books}
    decided = await sampling.in_force(db, programme_id)
    chosen = basis.recordings(decided)
    ready = await _ready(db, programme_id)
    staff = {user.id: user.name for _, user in await programmes.staff(db, actor, programme_id)}
    may_assign = may(roles, Action.ASSIGN_CODING)
    return visit.page(
        "coding.html",
        programme=programme,
        mine=[line for line in lines if line.assignment.coder_id == actor.user_id],
        recordings=_by_recording(lines),
        draws=await progress.draws(db, programme_id),
        versions=[(name, found[0]) for name, found in versions.items() if found],
        staff=staff,
        ready=[each for each in ready if chosen is None or each[0].id in chosen],
        others=[each for each in ready if chosen is not None and each[0].id not in chosen],
        decided=decided,
        named=basis.caption(decided, visit.text) if decided else "",
        may_assign=may_assign,
        blind_no_more=await _blind_no_more(db, books, staff, ready, lines) if may_assign else {},
        title=lambda meeting: place_of(visit, meeting),
        done=AssignmentState.DONE,
    )


@router.get("/coding/{assignment_id}")
async def coding_work(assignment_id: UUID, visit: Looking) -> HTMLResponse:
    """The coder's own, by pseudonyms only: not even the meeting's title, which people wrote."""
    db, actor = visit.db, visit.actor
    found = await work.open_(db, actor, assignment_id)
    database, deed = visit.context.database, Deed.READ_TURNS
    await auditing.told(database, db, actor, found.meeting, deed, "turns", found.recording.id)
    group = await db.get_one(Group, found.meeting.group_id)
    shown = await work_public(db, found)
    return visit.page(
        "coding_work.html",
        programme=await db.get_one(Programme, group.programme_id),
        group=group,
        title=place_of(visit, found.meeting),
        version=found.version,
        is_done=found.assignment.state == AssignmentState.DONE,
        is_reopened=found.assignment.is_reopened,
        data=shown.model_dump(mode="json")
        | {"audio": await _audio(db, found.recording, found.meeting)},
    )


@router.get("/recordings/{recording_id}/codings/{version_id}")
async def differences(recording_id: UUID, version_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    found = await comparing.compare(db, actor, recording_id, version_id)
    database, deed = visit.context.database, Deed.READ_CODES
    await auditing.told(database, db, actor, found.meeting, deed, "turns", recording_id)
    group = await db.get_one(Group, found.meeting.group_id)
    return visit.page(
        "adjudication.html",
        programme=await db.get_one(Programme, group.programme_id),
        group=group,
        title=place_of(visit, found.meeting),
        found=found,
        decided=sum(each.decided is not None for each in found.differences),
        names=_names(visit, found.document.axes),
        clock=clock,
        seconds=lambda ms: decimal(ms / 1000, 1, visit.text),
        data={"audio": await _audio(db, found.recording, found.meeting)},
    )


async def _blind_no_more(
    db: AsyncSession,
    books: Sequence[Codebook],
    staff: Mapping[UUID, str],
    ready: Sequence[Place],
    lines: Sequence[Line],
) -> dict[str, list[tuple[Group, Meeting, Seen]]]:
    """By name: what can no longer be given to them, though they do not code it yet."""
    found: dict[str, dict[UUID, tuple[Group, Meeting, Seen]]] = {}
    recordings = [recording.id for recording, _, _ in ready]
    for book in books:
        own = (each for each in lines if each.version.codebook_id == book.id)
        coded = {(each.assignment.coder_id, each.recording.id) for each in own}
        sights = await seeing.seen(db, book.id, recordings, staff)
        for user_id, (recording, meeting, group) in product(sights, ready):
            seen = sights[user_id].get(recording.id)
            if seen is not None and (user_id, recording.id) not in coded:
                found.setdefault(staff[user_id], {})[recording.id] = (group, meeting, seen)
    return {name: list(places.values()) for name, places in found.items()}


def place_of(visit: Visit, meeting: Meeting) -> str:
    return visit.text(f"meeting.{meeting.kind}_number", number=meeting.ordinal)


def _by_recording(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """One entry per recording and version, with its coders."""
    found = []
    for _, group in groupby(sorted(lines, key=_place), _place):
        its = list(group)
        done = all(line.assignment.state == AssignmentState.DONE for line in its)
        found.append({"first": its[0], "lines": its, "comparable": done and len(its) > 1})
    return found


def _place(line: Line) -> tuple[datetime, UUID, UUID]:
    return line.recording.started_at, line.recording.id, line.version.id


async def _ready(db: AsyncSession, programme_id: UUID) -> Sequence[Place]:
    """Recordings that can be coded."""
    query = (
        select(Recording, Meeting, Group)
        .where(Recording.meeting_id == Meeting.id, Meeting.group_id == Group.id)
        .where(Group.programme_id == programme_id, Recording.state == RecordingState.READY)
        .order_by(col(Group.name), col(Meeting.starts_at))
    )
    return [(recording, meeting, group) for recording, meeting, group in (await db.exec(query))]


async def _audio(db: AsyncSession, recording: Recording, meeting: Meeting) -> str | None:
    """Everybody's voices together; no picture, and no name in the address."""
    for file in await reading.usable_files(db, recording, meeting):
        if file.kind == FileKind.MIXDOWN:
            return f"/api/v1/recordings/{recording.id}/files/{file.id}"
    return None


def _names(visit: Visit, axes: Sequence[Axis]) -> dict[UUID, str]:
    return {code.id: code.name.said(visit.language) for axis in axes for code in axis.codes}
