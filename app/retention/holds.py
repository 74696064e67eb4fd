"""Holds: what must not be erased yet because somebody needs it as evidence."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.groups.models import Group
from app.kit import audit
from app.kit.db import now
from app.kit.errors import NotFound
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting
from app.programmes import access
from app.recordings.models import Recording
from app.retention.models import LegalHold


async def in_force(db: AsyncSession, programme_id: UUID | None = None) -> list[LegalHold]:
    query = select(LegalHold).where(col(LegalHold.lifted_at).is_(None))
    if programme_id is not None:
        query = query.where(LegalHold.programme_id == programme_id)
    return list((await db.exec(query.order_by(col(LegalHold.id)))).all())


def covering(
    holds: Iterable[LegalHold], programme_id: UUID, group_id: UUID, recording_id: UUID | None
) -> LegalHold | None:
    """The first hold that reaches this recording, or (None) what belongs to the group alone."""
    for hold in holds:
        if (
            hold.programme_id == programme_id
            and hold.group_id in (None, group_id)
            and hold.recording_id in (None, recording_id)
        ):
            return hold
    return None


async def set_hold(
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    *,
    group_id: UUID | None,
    recording_id: UUID | None,
    reason: str,
) -> LegalHold:
    """Holds one recording, a group's, or all of the programme."""
    await access.require(db, actor, programme_id, Action.MANAGE_RETENTION)
    meeting = None
    if recording_id is not None:
        recording = await db.get(Recording, recording_id, with_for_update=True)
        meeting = await db.get(Meeting, recording.meeting_id) if recording else None
        if meeting is None:
            raise NotFound(field="recording_id")
        group_id = meeting.group_id
    if group_id is not None:
        group = await db.get(Group, group_id)
        if group is None or group.programme_id != programme_id:
            raise NotFound(field="group_id" if meeting is None else "recording_id")
    hold = LegalHold(
        programme_id=programme_id,
        group_id=group_id,
        recording_id=recording_id,
        reason=reason,
        set_by=actor.user_id,
    )
    db.add(hold)
    await db.flush()
    await _tell(db, actor, hold, audit.Deed.HOLD_SET)
    return hold


async def lift(db: AsyncSession, actor: Actor, hold_id: UUID) -> LegalHold:
    """What it held is erased again when its time is over. Lifting twice is lifting once."""
    hold = await db.get(LegalHold, hold_id, with_for_update=True)
    if hold is None:
        raise NotFound
    await access.require(db, actor, hold.programme_id, Action.MANAGE_RETENTION)
    if hold.lifted_at is None:
        hold.lifted_at, hold.lifted_by = now(), actor.user_id
        await _tell(db, actor, hold, audit.Deed.HOLD_LIFTED)
    return hold


async def of_programme(db: AsyncSession, actor: Actor, programme_id: UUID) -> list[LegalHold]:
    await access.require(db, actor, programme_id, Action.SEE_RECORDING_STATUS)
    return await in_force(db, programme_id)


async def _tell(db: AsyncSession, actor: Actor, hold: LegalHold, deed: audit.Deed) -> None:
    roles = await access.roles(db, actor, hold.programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.MANAGE_RETENTION)))
    thing = ("recording", hold.recording_id) if hold.recording_id else ("group", hold.group_id)
    if thing[1] is None:
        thing = ("programme", hold.programme_id)
    about = audit.About(*thing, programme_id=hold.programme_id, group_id=hold.group_id)
    audit.record(db, deed, doer, about, details={"hold": str(hold.id)})
