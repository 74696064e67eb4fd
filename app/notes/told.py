"""What the audit log hears of observation notes: who read and changed them, never a word."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit.audit import Deed
from app.kit.db import Database
from app.kit.errors import NotAllowed
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.notes import service
from app.notes.service import Shown
from app.recordings import auditing

KIND = "notes"


async def opened(database: Database, db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    """Through the door; who may know of the meeting and is refused is told of."""
    try:
        return await service.door(db, actor, meeting_id)
    except NotAllowed:
        meeting = await db.get_one(Meeting, meeting_id)
        deed = Deed.READ_NOTES
        await auditing.told(database, db, actor, meeting, deed, KIND, meeting.id, refused=True)
        raise


async def read(
    database: Database, db: AsyncSession, actor: Actor, meeting: Meeting, found: Shown
) -> None:
    """Before they are shown. Who reads only what they wrote themselves, looks at nothing new."""
    if any(row.note.author_id != actor.user_id for row in found.rows):
        await auditing.told(database, db, actor, meeting, Deed.READ_NOTES, KIND, meeting.id)


async def changed(
    db: AsyncSession,
    actor: Actor,
    meeting: Meeting,
    note_id: UUID,
    deed: Deed,
    action: Action = Action.WRITE_NOTES,
) -> None:
    await auditing.changed(db, actor, meeting, deed, KIND, note_id, action, {})
