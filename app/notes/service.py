"""Writing observation notes while a meeting goes on, and who reads them afterwards.

The author reads, edits and deletes their own; the programme's research team reads everybody's.
Whoever still codes the recording is kept blind of what others noted about it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.accounts.actor import Actor
from app.blinding import service as blinding
from app.groups import access
from app.groups import service as groups
from app.groups.models import Group
from app.kit.db import now
from app.kit.errors import Invalid, NotAllowed, NotFound, Refusal
from app.kit.idempotency import KeyReused
from app.kit.permissions import Action, may
from app.meetings import service as meetings
from app.meetings.models import Meeting
from app.notes.models import NoteKind, ObservationNote
from app.recordings import off_record
from app.recordings import service as recordings
from app.recordings.models import Recording
from app.recordings.off_record import MILLISECOND

STAFF = "staff"
"""Stands for an author who is in no group and so has no pseudonym."""


class NoteOutsideMeeting(Invalid):
    code = "note_outside_meeting"


class NoteOffRecord(Refusal):
    """Begun while somebody had asked that nothing be kept."""

    code = "note_off_record"


class NoteChanged(Refusal):
    code = "note_changed"


class NoteRow(NamedTuple):
    note: ObservationNote
    author: str
    pseudonym: str
    position_ms: int | None
    """On the recording's time line; None: there is no recording."""


class Shown(NamedTuple):
    """By time."""

    rows: list[NoteRow]
    is_withheld: bool
    """Others' notes are left out, because whoever asks still codes this recording."""


async def door(db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    """For those who write notes or read them."""
    meeting = await meetings.get(db, actor, meeting_id)
    roles = await meetings.role_names(db, actor, meeting)
    if not (may(roles, Action.READ_NOTES) or may(roles, Action.WRITE_NOTES)):
        raise NotAllowed
    return meeting


async def shown(db: AsyncSession, actor: Actor, meeting: Meeting) -> Shown:
    """What this person may read, who was asked at the door; their own at least."""
    group = await db.get_one(Group, meeting.group_id)
    if not may(await access.roles(db, actor, group), Action.READ_NOTES):
        return await own(db, actor, meeting)
    return await everybodys(db, actor.user_id, meeting)


async def own(db: AsyncSession, actor: Actor, meeting: Meeting) -> Shown:
    return Shown(await _rows(db, meeting, actor.user_id), is_withheld=False)


async def everybodys(db: AsyncSession, user_id: UUID, meeting: Meeting) -> Shown:
    """For one of the research team, who was asked at the door."""
    if await blinding.codes_in(db, user_id, meeting.group_id):
        return Shown(await _rows(db, meeting, user_id), is_withheld=True)
    return Shown(await _rows(db, meeting), is_withheld=False)


async def exist(db: AsyncSession, meeting_id: UUID) -> bool:
    query = select(ObservationNote.id).where(ObservationNote.meeting_id == meeting_id)
    return (await db.exec(query.limit(1))).first() is not None


async def write(
    db: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    *,
    note_id: UUID,
    kind: NoteKind,
    text: str,
    ago: timedelta,
) -> NoteRow:
    """A note that its author began to write `ago`. The same one again changes nothing."""
    meeting = await meetings.get(db, actor, meeting_id, Action.WRITE_NOTES)
    known = await db.get(ObservationNote, note_id)
    if known is not None:
        if (known.author_id, known.meeting_id) != (actor.user_id, meeting.id):
            raise KeyReused
        if (known.kind, known.text) != (kind, text) and known.version == 1:
            raise KeyReused
        return await _row(db, meeting, known)
    written_at = now()
    at = written_at - ago
    recording = await recordings.of_meeting(db, meeting.id)
    _require_during(meeting, at)
    await _require_on_record(db, recording, at)
    note = ObservationNote(
        id=note_id,
        meeting_id=meeting.id,
        author_id=actor.user_id,
        at=at,
        kind=kind,
        text=text,
        written_at=written_at,
    )
    db.add(note)
    await db.flush()
    return await _row(db, meeting, note)


async def edit(
    db: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    note_id: UUID,
    *,
    kind: NoteKind,
    text: str,
    seen_version: int,
) -> NoteRow:
    """One's own words, in place of the version that was seen; the moment stays."""
    meeting = await meetings.get(db, actor, meeting_id, Action.WRITE_NOTES)
    note = await _own(db, actor, meeting, note_id)
    if note.version != seen_version:
        raise NoteChanged
    note.kind, note.text = kind, text
    note.version, note.edited_at = seen_version + 1, now()
    await db.flush()
    return await _row(db, meeting, note)


async def remove(
    db: AsyncSession, actor: Actor, meeting_id: UUID, note_id: UUID
) -> tuple[Meeting, Action]:
    """Deletes one's own note, or another's when somebody has asked for that; by which right."""
    meeting = await door(db, actor, meeting_id)
    roles = await meetings.role_names(db, actor, meeting)
    note = await db.get(ObservationNote, note_id, with_for_update=True)
    if note is None or note.meeting_id != meeting.id:
        raise NotFound
    by = Action.WRITE_NOTES if note.author_id == actor.user_id else Action.REMOVE_NOTES
    if not may(roles, by):
        raise NotAllowed if may(roles, Action.READ_NOTES) else NotFound
    await db.delete(note)
    await db.flush()
    return meeting, by


async def _own(db: AsyncSession, actor: Actor, meeting: Meeting, note_id: UUID) -> ObservationNote:
    """Another's note does not exist for one who may not read it, and is not theirs to edit."""
    note = await db.get(ObservationNote, note_id, with_for_update=True)
    if note is None or note.meeting_id != meeting.id:
        raise NotFound
    if note.author_id != actor.user_id:
        roles = await meetings.role_names(db, actor, meeting)
        raise NotAllowed if may(roles, Action.READ_NOTES) else NotFound
    return note


def _require_during(meeting: Meeting, at: datetime) -> None:
    """Notes are of what happened in the meeting; they may be sent later, not begun later."""
    begun = meeting.opened_at is not None and meeting.opened_at <= at
    if not begun or (meeting.ended_at is not None and at > meeting.ended_at):
        raise NoteOutsideMeeting(field="ago_ms")


async def _require_on_record(db: AsyncSession, recording: Recording | None, at: datetime) -> None:
    if recording is None:
        return
    for span in await off_record.of_recording(db, recording.id):
        if span.started_at <= at and (span.ended_at is None or at < span.ended_at):
            raise NoteOffRecord


async def _row(db: AsyncSession, meeting: Meeting, note: ObservationNote) -> NoteRow:
    return (await _told(db, meeting, [note]))[0]


async def _rows(db: AsyncSession, meeting: Meeting, author_id: UUID | None = None) -> list[NoteRow]:
    query = select(ObservationNote).where(ObservationNote.meeting_id == meeting.id)
    if author_id is not None:
        query = query.where(ObservationNote.author_id == author_id)
    query = query.order_by(col(ObservationNote.at), col(ObservationNote.id))
    return await _told(db, meeting, (await db.exec(query)).all())


async def _told(
    db: AsyncSession, meeting: Meeting, notes: Sequence[ObservationNote]
) -> list[NoteRow]:
    recording = await recordings.of_meeting(db, meeting.id)
    members = await groups.members(db, meeting.group_id, former=True)
    pseudonyms = {user.id: member.pseudonym for member, user in members}
    people = await accounts.named(db, [note.author_id for note in notes])
    return [
        NoteRow(
            note,
            people[note.author_id].name,
            pseudonyms.get(note.author_id, STAFF),
            (note.at - recording.started_at) // MILLISECOND if recording else None,
        )
        for note in notes
    ]
