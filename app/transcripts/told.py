"""What the audit log hears of transcripts: who read, searched, changed; never a word of them."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit import audit
from app.kit.audit import Deed
from app.kit.db import Database
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting
from app.programmes import access
from app.recordings import auditing
from app.recordings.models import Recording

KIND = "transcript"


async def opened(
    database: Database, db: AsyncSession, actor: Actor, recording_id: UUID, deed: Deed
) -> Meeting:
    """Through the door to a recording's words, with a witness."""
    action = Action.READ_TRANSCRIPT
    _, meeting = await auditing.knocked(database, db, actor, recording_id, deed, action)
    await auditing.told(database, db, actor, meeting, deed, KIND, recording_id)
    return meeting


async def changed(
    db: AsyncSession, actor: Actor, recording_id: UUID, deed: Deed, **counts: int
) -> None:
    recording = await db.get_one(Recording, recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    action = Action.EDIT_TRANSCRIPT
    await auditing.changed(db, actor, meeting, deed, KIND, recording_id, action, counts)


async def searched(database: Database, db: AsyncSession, actor: Actor, programme_id: UUID) -> None:
    """Before what was found is shown."""
    roles = await access.roles(db, actor, programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.READ_TRANSCRIPT)))
    about = audit.About("programme", programme_id, None, programme_id)
    await audit.witness(database, db, Deed.SEARCHED, doer, about)
