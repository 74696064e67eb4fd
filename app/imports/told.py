"""What the audit log hears of imports: who brought in what, and whose."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.groups import access
from app.groups.models import Group
from app.kit import audit
from app.kit.audit import Deed
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting
from app.recordings import auditing
from app.recordings.models import Recording, Tape

ACTION = Action.IMPORT_RECORDING


async def entered(db: AsyncSession, actor: Actor, meeting: Meeting) -> None:
    deed = Deed.MEETING_IMPORTED
    await auditing.changed(db, actor, meeting, deed, "meeting", meeting.id, ACTION, {})


async def track(db: AsyncSession, actor: Actor, meeting: Meeting, tape: Tape) -> None:
    deed, counts = Deed.MEETING_IMPORTED, {"bytes": tape.size}
    await auditing.changed(
        db, actor, meeting, deed, "recording", tape.recording_id, ACTION, counts, tape.user_id
    )


async def turns(db: AsyncSession, actor: Actor, recording_id: UUID, count: int) -> None:
    recording = await db.get_one(Recording, recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    deed, counts = Deed.MEETING_IMPORTED, {"turns": count}
    await auditing.changed(db, actor, meeting, deed, "turns", recording_id, ACTION, counts)


async def paper(db: AsyncSession, actor: Actor, group_id: UUID, user_id: UUID, count: int) -> None:
    group = await db.get_one(Group, group_id)
    role = acting_as(await access.roles(db, actor, group), ACTION)
    about = audit.About("consents", group_id, user_id, group.programme_id, group_id)
    doer = audit.Doer(actor.user_id, str(role))
    audit.record(db, Deed.PAPER_ENTERED, doer, about, details={"decisions": count})
