"""Transcripts: read, corrected, imported, searched; and a machine asked to make one."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts.http import CurrentActor, PatientActor
from app.blinding import service as blinding
from app.blinding.service import Names
from app.kit.audit import Deed
from app.kit.http import Ctx, Db, Page, ReadingDb
from app.kit.permissions import Action
from app.recordings import service as recordings
from app.transcripts import importing, jobs, searching, service, told
from app.transcripts.forms import (
    HitPublic,
    HitsPublic,
    ImportedPublic,
    LineEdit,
    LinePublic,
    LineVersion,
    LineWrite,
    TranscriptionPublic,
    VoicePublic,
    VttImport,
    VttRead,
)
from app.transcripts.models import Transcription, Utterance
from app.transcripts.service import Said

router = APIRouter(tags=["transcripts"])

HERE = "/recordings/{recording_id}/transcript"


@router.get(HERE)
async def transcript(
    recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> Page[LinePublic]:
    """Every line by time, of those whose consents allow it now."""
    deed = Deed.READ_TRANSCRIPT
    meeting = await told.opened(context.database, db, actor, recording_id, deed)
    rows = await service.allowed(db, recording_id, meeting)
    names = await blinding.names(db, actor.user_id, meeting.group_id)
    return Page(items=[_public(row, names) for row in rows])


@router.post(HERE, status_code=201)
async def add_line(recording_id: UUID, form: LineWrite, db: Db, actor: CurrentActor) -> LineVersion:
    words = Said(form.user_id, form.start_ms, form.end_ms, form.text)
    line = await service.add(db, actor, recording_id, words)
    await told.changed(db, actor, recording_id, Deed.TRANSCRIPT_EDITED, lines=1)
    return LineVersion.model_validate(line)


@router.put(HERE + "/{line_id}")
async def edit_line(
    recording_id: UUID, line_id: UUID, form: LineEdit, db: Db, actor: CurrentActor
) -> LineVersion:
    words = Said(form.user_id, form.start_ms, form.end_ms, form.text)
    line = await service.edit(db, actor, recording_id, line_id, words, form.version)
    await told.changed(db, actor, recording_id, Deed.TRANSCRIPT_EDITED, lines=1)
    return LineVersion.model_validate(line)


@router.get(HERE + "/{line_id}/versions", response_model=list[LineVersion])
async def line_versions(
    recording_id: UUID, line_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> list[Utterance]:
    """The newest first."""
    await told.opened(context.database, db, actor, recording_id, Deed.READ_TRANSCRIPT)
    return await service.versions(db, actor, recording_id, line_id)


@router.post(HERE + "/voices", response_model=list[VoicePublic])
async def transcript_voices(
    recording_id: UUID, form: VttRead, db: ReadingDb, actor: PatientActor
) -> list[importing.Voice]:
    """Who speaks in a WebVTT file, before it is imported. Nothing is kept."""
    await recordings.get(db, actor, recording_id, Action.EDIT_TRANSCRIPT)
    return importing.voices(form.content)


@router.post(HERE + "/import")
async def import_transcript(
    recording_id: UUID, form: VttImport, context: Ctx, actor: PatientActor
) -> ImportedPublic:
    async with context.database.reading() as db:
        await recordings.get(db, actor, recording_id, Action.EDIT_TRANSCRIPT)
    cues = await asyncio.to_thread(importing.read, form.content)
    asked = (cues, form.file_name, form.people, form.offset_ms)
    async with context.database.transaction() as db:
        done = await importing.take_in(db, actor, recording_id, *asked)
        deed = Deed.TRANSCRIPT_IMPORTED
        await told.changed(db, actor, recording_id, deed, lines=done.written)
    return ImportedPublic.model_validate(done)


@router.post(HERE + "/machine", status_code=202, response_model=TranscriptionPublic)
async def request_transcription(
    recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> Transcription:
    """A machine writes down everybody who agreed, each from their own track. Asking twice is asking
    once."""
    has_model = context.settings.transcribe.model is not None
    found = await jobs.request(db, actor, recording_id, has_model=has_model)
    await told.changed(db, actor, recording_id, Deed.TRANSCRIPT_ASKED, attempt=found.attempt)
    return found


@router.get(HERE + "/machine", response_model=TranscriptionPublic)
async def transcription(recording_id: UUID, db: Db, actor: CurrentActor) -> Transcription:
    return await jobs.get(db, actor, recording_id)


@router.delete(HERE + "/machine", response_model=TranscriptionPublic)
async def cancel_transcription(recording_id: UUID, db: Db, actor: CurrentActor) -> Transcription:
    """Calls it off. What is written down stays."""
    return await jobs.cancel(db, actor, recording_id)


@router.get("/programmes/{programme_id}/transcripts")
async def search_transcripts(
    programme_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    words: Annotated[str, Query(min_length=1, max_length=200)],
) -> HitsPublic:
    """Lines that hold these words, in all meetings of the programme, under pseudonyms."""
    found = await searching.search(db, actor, programme_id, words)
    await told.searched(context.database, db, actor, programme_id)
    return HitsPublic(
        items=[
            HitPublic(
                recording_id=hit.line.recording_id,
                line_id=hit.line.line_id,
                meeting_id=hit.meeting.id,
                group=hit.group.name,
                pseudonym=hit.pseudonym,
                start_ms=hit.line.start_ms,
                end_ms=hit.line.end_ms,
                text=hit.line.text,
            )
            for hit in found.hits
        ],
        more=found.more,
    )


def _public(row: service.LineRow, names: Names) -> LinePublic:
    line, speaker = row
    return LinePublic(
        line_id=line.line_id,
        version=line.version,
        user_id=line.user_id,
        name=names.by_user[line.user_id],
        pseudonym=speaker.pseudonym,
        start_ms=line.start_ms,
        end_ms=line.end_ms,
        text=line.text,
        source=line.source,
        model=line.model,
    )
