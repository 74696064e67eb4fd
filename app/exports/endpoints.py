"""Exports: a meeting or a whole group as one ZIP, for the programme's team or for others."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.http import CurrentActor
from app.exports import bundle, register, whole
from app.exports.agreed import agreed
from app.exports.assembling import Assembled, Wanted, out_of
from app.exports.bundle import Entry
from app.exports.forms import ExportedPerson, ExportPublic
from app.exports.models import Audience, ExportRecord
from app.exports.place import archive_name
from app.exports.reader import reader_of
from app.exports.streaming import zipped
from app.groups import access
from app.groups.models import Group
from app.kit.errors import Invalid
from app.kit.file_names import attachment
from app.kit.http import Ctx, Db, Page, Paging
from app.kit.paging import page
from app.kit.permissions import Action
from app.meetings import service as meetings
from app.recordings.endpoints import MediaStore
from media.store import Store

router = APIRouter(tags=["exports"])

For = Annotated[
    Audience,
    Query(
        alias="for",
        description="The programme's own team, or others that it is given on to: then it holds "
        "only those whose consent to sharing is in force.",
    ),
]

WithNotes = Annotated[
    bool,
    Query(description="Observation notes too: free text that may name people. Read them first."),
]

WithAnswers = Annotated[
    bool,
    Query(description="Answers to surveys too, of those who agree to be studied. Read them first."),
]


class NotesNotShared(Invalid):
    """Observation notes are for the team alone: everybody was told so."""

    code = "notes_not_shared"


@router.get("/meetings/{meeting_id}/export", response_class=StreamingResponse)
async def export_meeting(
    meeting_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    store: MediaStore,
    audience: For = Audience.RESEARCH,
    notes: WithNotes = False,
) -> StreamingResponse:
    """Media, turns, consents and a manifest with hashes, as far as the consents in force allow."""
    meeting = await meetings.get(db, actor, meeting_id, Action.EXPORT)
    _refuse_notes(audience, notes)
    group = await db.get_one(Group, meeting.group_id)
    reader = reader_of(context, actor, wants_notes=notes)

    async def assemble(db: AsyncSession) -> Assembled:
        allowed = await agreed(db, group.id, audience)
        made = await bundle.of_meeting(context, db, meeting, reader, allowed)
        return Assembled(made.entries, [(made.recording_id, made.contents)])

    told = {"with_notes": notes, "for_sharing": audience == Audience.SHARING}
    name = f"{archive_name(meeting, group.name, audience)}.zip"
    wanted = Wanted(group, meeting, name, audience, told)
    return _archive(await out_of(context, actor, wanted, assemble), store, name)


@router.get("/groups/{group_id}/export", response_class=StreamingResponse)
async def export_group(
    group_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    store: MediaStore,
    audience: For = Audience.RESEARCH,
    notes: WithNotes = False,
    answers: WithAnswers = False,
) -> StreamingResponse:
    """Every meeting of a group, each in its folder, and all that is indexed as one project."""
    group = await access.require(db, actor, group_id, Action.EXPORT)
    _refuse_notes(audience, notes)
    reader = reader_of(context, actor, wants_notes=notes)

    async def assemble(db: AsyncSession) -> Assembled:
        return await whole.of_group(context, db, group, audience, reader, with_answers=answers)

    sharing = audience == Audience.SHARING
    told = {"with_notes": notes, "with_answers": answers, "for_sharing": sharing}
    name = f"{archive_name(group, group.name, audience)}.zip"
    wanted = Wanted(group, None, name, audience, told)
    return _archive(await out_of(context, actor, wanted, assemble), store, name)


@router.get("/groups/{group_id}/exports")
async def exports_of_group(
    group_id: UUID, db: Db, actor: CurrentActor, window: Paging
) -> Page[ExportPublic]:
    """What went out of this group, when, for whom, with whose data, by which consents."""
    await access.require(db, actor, group_id, Action.EXPORT)
    found = await page(db, register.records(group_id), ExportRecord.id, window, ExportPublic)
    held = await register.contents_of(db, [each.id for each in found.items])
    for each in found.items:
        each.contents = [ExportedPerson.model_validate(one) for one in held.get(each.id, [])]
    return found


def _refuse_notes(audience: Audience, notes: bool) -> None:
    if notes and audience == Audience.SHARING:
        raise NotesNotShared(field="notes")


def _archive(entries: list[Entry], store: Store, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": attachment(name), "Cache-Control": "no-store"}
    body = zipped(entries, store, asyncio.get_running_loop())
    return StreamingResponse(body, media_type="application/zip", headers=headers)
