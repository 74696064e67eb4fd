"""Observation notes over HTTP: written in the room, read afterwards."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts.actor import Actor
from app.accounts.http import CurrentActor
from app.kit.audit import Deed
from app.kit.http import Ctx, Db
from app.meetings import service as meetings
from app.notes import service, told
from app.notes.forms import NoteEdit, NotePublic, NotesPublic, NoteWrite
from app.notes.service import NoteRow

router = APIRouter(prefix="/meetings", tags=["notes"])

HERE = "/{meeting_id}/notes"


@router.get(HERE)
async def notes(
    meeting_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    mine: Annotated[bool, Query(description="Only what the caller wrote.")] = False,
) -> NotesPublic:
    """Everybody's for the research team, one's own for those who write them. Whoever still codes
    the recording sees only their own."""
    meeting = await told.opened(context.database, db, actor, meeting_id)
    found = await (service.own if mine else service.shown)(db, actor, meeting)
    await told.read(context.database, db, actor, meeting, found)
    items = [public(row, actor) for row in found.rows]
    return NotesPublic(items=items, is_withheld=found.is_withheld)


@router.post(HERE, status_code=201)
async def write_note(meeting_id: UUID, form: NoteWrite, db: Db, actor: CurrentActor) -> NotePublic:
    """A note of a meeting that goes on, or that it was begun in. Nobody in the room is told."""
    row = await service.write(
        db,
        actor,
        meeting_id,
        note_id=form.id,
        kind=form.kind,
        text=form.text,
        ago=timedelta(milliseconds=form.ago_ms),
    )
    await _changed(db, actor, row, Deed.NOTE_WRITTEN)
    return public(row, actor)


@router.put(HERE + "/{note_id}")
async def edit_note(
    meeting_id: UUID, note_id: UUID, form: NoteEdit, db: Db, actor: CurrentActor
) -> NotePublic:
    """One's own words; the moment stays."""
    kind, text = form.kind, form.text
    row = await service.edit(
        db, actor, meeting_id, note_id, kind=kind, text=text, seen_version=form.version
    )
    await _changed(db, actor, row, Deed.NOTE_EDITED)
    return public(row, actor)


@router.delete(HERE + "/{note_id}", status_code=204)
async def remove_note(meeting_id: UUID, note_id: UUID, db: Db, actor: CurrentActor) -> None:
    """One's own; coordinators also another's, when somebody asks to have it taken out."""
    meeting, by = await service.remove(db, actor, meeting_id, note_id)
    await told.changed(db, actor, meeting, note_id, Deed.NOTE_REMOVED, by)


async def _changed(db: Db, actor: Actor, row: NoteRow, deed: Deed) -> None:
    meeting = await meetings.get(db, actor, row.note.meeting_id)
    await told.changed(db, actor, meeting, row.note.id, deed)


def public(row: NoteRow, actor: Actor) -> NotePublic:
    note = row.note
    return NotePublic(
        id=note.id,
        author_id=note.author_id,
        author=row.author,
        pseudonym=row.pseudonym,
        is_mine=note.author_id == actor.user_id,
        at=note.at,
        position_ms=row.position_ms,
        kind=note.kind,
        text=note.text,
        version=note.version,
        written_at=note.written_at,
        edited_at=note.edited_at,
    )
