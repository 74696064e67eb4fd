"""Exports: a meeting or a whole group as one ZIP."""

import asyncio
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from sqlmodel import col

from app.accounts.actor import Actor
from app.accounts.http import CurrentActor
from app.exports import answers as survey_answers
from app.exports import bundle, project, register
from app.exports.formats.offered import FORMATS, Format
from app.exports.forms import ExportedPerson, ExportPublic
from app.exports.listing import listing, media_of
from app.exports.models import ExportRecord
from app.exports.reader import Reader
from app.exports.streaming import zipped
from app.groups import access
from app.groups.models import Group
from app.kit.audit import Deed
from app.kit.context import Context
from app.kit.errors import Refusal
from app.kit.http import Ctx, Db, Page, Paging, WritingDb
from app.kit.paging import page
from app.kit.permissions import Action
from app.meetings import service as meetings
from app.meetings.models import Meeting
from app.recordings import auditing
from app.recordings import service as recordings
from app.recordings.endpoints import MediaStore
from media.store import Store

router = APIRouter(tags=["exports"])

WithNotes = Annotated[
    bool,
    Query(description="Observation notes too: free text that may name people. Read them first."),
]

WithAnswers = Annotated[
    bool,
    Query(description="Answers to surveys too, of those who agree to be studied. Read them first."),
]


class NothingIndexed(Refusal):
    code = "nothing_indexed"


@router.get("/meetings/{meeting_id}/export", response_class=StreamingResponse)
async def export_meeting(
    meeting_id: UUID,
    db: WritingDb,
    actor: CurrentActor,
    context: Ctx,
    store: MediaStore,
    notes: WithNotes = False,
) -> StreamingResponse:
    """Media, turns, consents and a manifest with hashes, as far as the consents in force allow."""
    meeting = await meetings.get(db, actor, meeting_id, Action.EXPORT)
    await register.hold(db, meeting.group_id)
    reader = _reader(context, actor, wants_notes=notes)
    entries = bundle.with_sums(await bundle.of_meeting(db, context.keys, meeting, reader))
    group = await db.get_one(Group, meeting.group_id)
    await auditing.exported(db, actor, group, meeting, with_notes=notes)
    await register.enter(db, actor, meeting.group_id, [meeting], entries, whole_group=False)
    return _archive(entries, store, f"emessi-meeting-{meeting.ordinal}.zip")


@router.get("/groups/{group_id}/export", response_class=StreamingResponse)
async def export_group(
    group_id: UUID,
    db: WritingDb,
    actor: CurrentActor,
    context: Ctx,
    store: MediaStore,
    notes: WithNotes = False,
    answers: WithAnswers = False,
) -> StreamingResponse:
    """Every meeting of a group, each in its folder, and all that is indexed as one project."""
    group = await access.require(db, actor, group_id, Action.EXPORT)
    await register.hold(db, group.id)
    query = meetings.of_group(group.id).order_by(col(Meeting.starts_at), col(Meeting.id))
    reader = _reader(context, actor, wants_notes=notes)
    of_group = (await db.exec(query)).all()
    placed = [(each, f"{n:02}-{each.kind}-{each.ordinal}/") for n, each in enumerate(of_group, 1)]
    entries = []
    for meeting, folder in placed:
        entries += await bundle.of_meeting(db, context.keys, meeting, reader, folder)
    beside = [(meeting, folder + project.MEDIA) for meeting, folder in placed]
    whole = await project.of_group(db, group, beside, reader)
    entries += [bundle.made(project.NAME, whole)] if whole else []
    entries += await survey_answers.entries(db, group, reader) if answers else []
    entries = bundle.with_sums(entries)
    held = {"with_notes": notes, "with_answers": answers}
    await auditing.exported(db, actor, group, None, **held)
    await register.enter(db, actor, group.id, of_group, entries, whole_group=True)
    return _archive(entries, store, "emessi-group.zip")


@router.get("/groups/{group_id}/exports")
async def exports_of_group(
    group_id: UUID, db: Db, actor: CurrentActor, window: Paging
) -> Page[ExportPublic]:
    """What went out of this group, when, with whose data, by which consents."""
    await access.require(db, actor, group_id, Action.EXPORT)
    found = await page(db, register.records(group_id), ExportRecord.id, window, ExportPublic)
    held = await register.contents_of(db, [each.id for each in found.items])
    for each in found.items:
        each.contents = [ExportedPerson.model_validate(one) for one in held.get(each.id, [])]
    return found


@router.get("/groups/{group_id}/project.qdpx", response_class=Response)
async def project_of_group(group_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> Response:
    """Every indexed recording of a group as one REFI-QDA project, without sound, for programs of
    qualitative analysis."""
    group = await access.require(db, actor, group_id, Action.READ_TURNS)
    query = meetings.of_group(group.id).order_by(col(Meeting.starts_at), col(Meeting.id))
    of_group = (await db.exec(query)).all()
    for meeting in of_group:
        recording = await recordings.of_meeting(db, meeting.id)
        if recording is not None:
            deed, kind = Deed.DOWNLOADED, "turns"
            await auditing.told(context.database, db, actor, meeting, deed, kind, recording.id)
    reader = _reader(context, actor)
    content = await project.of_group(db, group, [(each, "") for each in of_group], reader)
    if content is None:
        raise NothingIndexed
    return _file(content, "application/zip", "emessi-group.qdpx")


@router.get("/recordings/{recording_id}/turns/{form}", response_class=Response)
async def turns_as(
    recording_id: UUID, form: Format, db: Db, actor: CurrentActor, context: Ctx
) -> Response:
    """The turns in use as a file for ELAN, Praat, tools of diarisation, or spreadsheets."""
    deed, action = Deed.DOWNLOADED, Action.READ_TURNS
    recording, meeting = await auditing.opened(
        context.database, db, actor, recording_id, deed, action
    )
    reader, media = _reader(context, actor), await media_of(db, meeting, recording)
    listed = (await listing(db, meeting, recording, reader, media)).turns
    if listed.given:
        deed = Deed.READ_CODES
        await auditing.told(context.database, db, actor, meeting, deed, "turns", recording.id)
    way = FORMATS[form]
    content = await asyncio.to_thread(way.write, listed, reader)
    return _file(content, way.media_type, f"turns-{meeting.ordinal}.{form}")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def _reader(context: Context, actor: Actor, *, wants_notes: bool = False) -> Reader:
    text = partial(context.languages.text, language=actor.language)
    return Reader(actor.user_id, actor.language, text, wants_notes)


def _archive(entries: list[bundle.Entry], store: Store, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    body = zipped(entries, store, asyncio.get_running_loop())
    return StreamingResponse(body, media_type="application/zip", headers=headers)
