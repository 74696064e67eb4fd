"""Meetings recorded elsewhere: entered, agreed to on paper, uploaded; turns marked elsewhere."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from app.accounts.http import CurrentActor, PatientActor
from app.consent.forms import DecisionPublic
from app.consent.service import Paper
from app.imports import mixed, service, told, turns, uploading
from app.imports.forms import (
    ImportCreate,
    NamePublic,
    PaperEnter,
    TrackPublic,
    TurnFile,
    TurnImport,
    TurnsImported,
)
from app.imports.turnfiles import DAY_MS
from app.kit.http import Ctx, Db, ReadingDb
from app.kit.permissions import Action
from app.meetings.forms import MeetingPublic
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings.endpoints import MediaStore
from app.recordings.models import Tape

router = APIRouter(tags=["imports"])

OffsetMs = Annotated[int, Query(ge=0, le=DAY_MS)]

A_FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.post("/groups/{group_id}/imports", status_code=201, response_model=MeetingPublic)
async def enter_meeting(group_id: UUID, form: ImportCreate, db: Db, actor: CurrentActor) -> Meeting:
    """A meeting that was held and recorded elsewhere, with everybody who was there."""
    meeting = await service.enter(
        db,
        actor,
        group_id,
        starts_at=form.starts_at,
        duration_min=form.duration_min,
        title=form.title,
        kind=form.kind,
        present=form.present,
    )
    await told.entered(db, actor, meeting)
    return meeting


@router.post("/groups/{group_id}/papers", status_code=201)
async def enter_paper(
    group_id: UUID, form: PaperEnter, db: Db, actor: CurrentActor
) -> list[DecisionPublic]:
    """What a member decided on paper goes into the ledger, with the paper's name and date."""
    paper = Paper(form.paper, form.signed_at)
    rows = await service.enter_paper(
        db, actor, group_id, form.user_id, form.decisions, paper, form.language
    )
    await told.paper(db, actor, group_id, form.user_id, len(rows))
    return [DecisionPublic.model_validate(row) for row in rows]


@router.put(
    "/meetings/{meeting_id}/imports/mixed",
    response_model=list[TrackPublic],
    openapi_extra={"requestBody": A_FILE},
)
async def upload_mixed(
    meeting_id: UUID,
    request: Request,
    actor: PatientActor,
    context: Ctx,
    store: MediaStore,
    offset_ms: OffsetMs = 0,
) -> list[Tape]:
    """One file with everybody's voices. Needs the consent to `audio` of everybody who was there;
    whoever withdraws it later takes the whole file along."""
    body = request.stream()
    return await mixed.receive(context, store, actor, meeting_id, offset_ms, body)


@router.put(
    "/meetings/{meeting_id}/imports/{user_id}",
    response_model=TrackPublic,
    openapi_extra={"requestBody": A_FILE},
)
async def upload_track(
    meeting_id: UUID,
    user_id: UUID,
    request: Request,
    actor: PatientActor,
    context: Ctx,
    store: MediaStore,
    offset_ms: OffsetMs = 0,
) -> Tape:
    """One person's own sound: the body is the file, of any kind that FFmpeg reads. Needs that
    person's consent to `audio`. `offset_ms`: when it begins, after the meeting's beginning."""
    body = request.stream()
    return await uploading.receive(context, store, actor, meeting_id, user_id, offset_ms, body)


@router.get("/meetings/{meeting_id}/imports", response_model=list[TrackPublic])
async def imported_tracks(meeting_id: UUID, db: Db, actor: CurrentActor) -> list[Tape]:
    """What was uploaded, and whether the worker has made tapes of it."""
    _, recording = await service.get(db, actor, meeting_id)
    return await service.tracks(db, recording)


@router.post("/recordings/{recording_id}/turns/names")
async def names_in_turn_file(
    recording_id: UUID, form: TurnFile, db: ReadingDb, actor: PatientActor
) -> list[NamePublic]:
    """Who speaks in a file of turns, before it is imported. Nothing is kept."""
    await recordings.get(db, actor, recording_id, Action.IMPORT_RECORDING)
    found = turns.names(form.form, form.content)
    return [NamePublic(name=name, turns=count) for name, count in found]


@router.post("/recordings/{recording_id}/turns/import")
async def import_turns(
    recording_id: UUID, form: TurnImport, context: Ctx, actor: PatientActor
) -> TurnsImported:
    """Turns marked with another program come in place of those in use."""
    async with context.database.reading() as db:
        await recordings.get(db, actor, recording_id, Action.IMPORT_RECORDING)
    spoken = await asyncio.to_thread(turns.read, form.form, form.content)
    asked = (form.form, spoken, form.file_name, form.people, form.offset_ms)
    async with context.database.transaction() as db:
        done = await turns.take_in(db, actor, recording_id, *asked)
        await told.turns(db, actor, recording_id, done.written)
    return TurnsImported.model_validate(done)
