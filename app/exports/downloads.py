"""Single files of turns and words, for other programs.

Each is in the register like a whole export: it lies on somebody's machine afterwards. It is put
together while nobody is kept waiting, so a withdrawal may be written meanwhile; the register says
that it was made before, and so that withdrawal reaches it.
"""

import asyncio
import hashlib
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import col

from app.accounts.actor import Actor
from app.accounts.http import CurrentActor
from app.exports import project, register
from app.exports.agreed import Agreed, Contents, agreed, together
from app.exports.formats.offered import FORMATS, Format, Loss
from app.exports.listing import Listing, lines_of, listing, media_of, words_of
from app.exports.models import Audience
from app.exports.place import archive_name
from app.exports.reader import reader_of
from app.exports.register import Out
from app.groups import access
from app.kit.audit import Deed
from app.kit.context import Context
from app.kit.db import now
from app.kit.errors import Refusal
from app.kit.http import Ctx, Db, download
from app.kit.permissions import Action
from app.meetings import service as meetings
from app.meetings.models import Meeting
from app.meetings.naming import file_name
from app.recordings import auditing
from app.recordings import service as recordings
from app.recordings.models import Recording
from app.transcripts import service as transcripts
from app.transcripts import told, vtt

router = APIRouter(tags=["exports"])


class NothingIndexed(Refusal):
    code = "nothing_indexed"


@router.get("/groups/{group_id}/project.qdpx", response_class=Response)
async def project_of_group(group_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> Response:
    """Every indexed recording of a group as one REFI-QDA project, without sound, for programs of
    qualitative analysis."""
    moment = now()
    group = await access.require(db, actor, group_id, Action.READ_TURNS)
    query = meetings.of_group(group.id).order_by(col(Meeting.starts_at), col(Meeting.id))
    of_group = (await db.exec(query)).all()
    for meeting in of_group:
        recording = await recordings.of_meeting(db, meeting.id)
        if recording is not None:
            deed, kind = Deed.DOWNLOADED, "turns"
            await auditing.told(context.database, db, actor, meeting, deed, kind, recording.id)
    reader = reader_of(context, actor)
    allowed = await agreed(db, group.id, Audience.RESEARCH)
    beside = [(each, "") for each in of_group]
    whole = await project.of_group(context.database, db, group, beside, reader, allowed)
    if whole is None:
        raise NothingIndexed
    name = f"{archive_name(group, group.name, Audience.RESEARCH)}.qdpx"
    out = Out(group.id, None, name, _sha256(whole.content), whole.held)
    media_type = FORMATS[Format.QDPX].media_type
    return await _handed(context, actor, out, moment, whole.content, media_type)


@router.get("/recordings/{recording_id}/turns.csv", response_class=Response)
async def turns_csv(recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> Response:
    """The turns in use as a table."""
    return await turns_as(recording_id, Format.CSV, db, actor, context)


@router.get("/recordings/{recording_id}/turns/{form}", response_class=Response)
async def turns_as(
    recording_id: UUID, form: Format, db: Db, actor: CurrentActor, context: Ctx
) -> Response:
    """The turns in use as a file for ELAN, Praat, tools of diarisation, or spreadsheets."""
    moment, deed, action = now(), Deed.DOWNLOADED, Action.READ_TURNS
    recording, meeting = await auditing.opened(
        context.database, db, actor, recording_id, deed, action
    )
    reader = reader_of(context, actor)
    allowed = await agreed(db, meeting.group_id, Audience.RESEARCH)
    media = await media_of(db, meeting, recording, allowed)
    way, own = FORMATS[form], (meeting, recording, reader, allowed, media)
    with_codes = Loss.CODES not in way.lost
    found = await listing(context.database, db, *own, with_codes=with_codes)
    content = await asyncio.to_thread(way.write, found.turns, reader)
    name, held = f"turns-{found.turns.title}.{form}", [(recording.id, _held(found, form, allowed))]
    out = Out(meeting.group_id, meeting.id, name, _sha256(content), held)
    return await _handed(context, actor, out, moment, content, way.media_type)


@router.get("/recordings/{recording_id}/transcript.vtt", response_class=Response)
async def transcript_vtt(recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> Response:
    """The transcript as WebVTT; speakers stand under their pseudonyms."""
    moment = now()
    meeting = await told.opened(context.database, db, actor, recording_id, Deed.DOWNLOADED)
    recording = await db.get_one(Recording, recording_id)
    stem = file_name(meeting.group_id, meeting.kind, meeting.ordinal)
    allowed = await agreed(db, meeting.group_id, Audience.RESEARCH)
    lines = await lines_of(db, meeting, recording, allowed)
    content = vtt.write(transcripts.cues(lines)).encode()
    name, held = f"transcript-{stem}.vtt", [(recording.id, words_of(lines, allowed))]
    out = Out(meeting.group_id, meeting.id, name, _sha256(content), held)
    return await _handed(context, actor, out, moment, content, FORMATS[Format.VTT].media_type)


def _held(found: Listing, form: Format, allowed: Agreed) -> Contents:
    """Whose turns are in it and, where it holds words, whose words: of lines that belong to a turn,
    if it knows only turns."""
    of_turns, of_words = found.contents(allowed)
    lost = FORMATS[form].lost
    if Loss.WORDS in lost:
        return of_turns
    if Loss.LINES in lost:
        pairs = zip(found.rows, found.turns.turns, strict=True)
        with_words = {row.turn.user_id for row, turn in pairs if turn.words}
        of_words = {user: held for user, held in of_words.items() if user in with_words}
    return together([of_turns, of_words])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def _handed(
    context: Context, actor: Actor, out: Out, moment: datetime, content: bytes, media_type: str
) -> Response:
    """The file, once it is in the register. `moment`: before anything of it was read."""
    async with context.database.transaction() as db:
        await register.enter(db, actor, out, moment)
    answer = download(content, out.file_name, media_type)
    answer.headers["Cache-Control"] = "no-store"
    return answer
