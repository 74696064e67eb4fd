"""What was erased of whom, on account of what, and what had gone out by then."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.actor import Actor
from app.consent.models import ConsentDecision, Purpose
from app.exports import register
from app.kit.errors import NotFound
from app.meetings.models import Meeting
from app.recordings.models import Erasure, Recording


class Reason(StrEnum):
    WITHDRAWAL = "withdrawal"
    RETENTION = "retention"
    """The time was over for which it could be kept."""


def reason(erasure: Erasure) -> Reason:
    return Reason.WITHDRAWAL if erasure.withdrawal_ids else Reason.RETENTION


def own(actor: Actor) -> SelectOfScalar[Erasure]:
    """Everything that was erased of this person, also in groups they have left."""
    return select(Erasure).where(Erasure.user_id == actor.user_id)


def of_group(group_id: UUID) -> SelectOfScalar[Erasure]:
    return (
        select(Erasure)
        .join(Recording, col(Recording.id) == Erasure.recording_id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(Meeting.group_id == group_id)
    )


async def get_own(db: AsyncSession, actor: Actor, erasure_id: UUID) -> Erasure:
    """The one door to a receipt: it is the person's own, and nobody else's."""
    erasure = await db.get(Erasure, erasure_id)
    if erasure is None or erasure.user_id != actor.user_id:
        raise NotFound
    return erasure


async def get_receipt(db: AsyncSession, actor: Actor, erasure_id: UUID) -> str:
    """Raises NotFound while what was asked for is not done."""
    erasure = await get_own(db, actor, erasure_id)
    if erasure.receipt is None:
        raise NotFound
    return erasure.receipt


async def withdrawals(db: AsyncSession, erasure: Erasure) -> Sequence[ConsentDecision]:
    """The decisions that it follows from, in their order."""
    ids = [UUID(each) for each in erasure.withdrawal_ids]
    query = select(ConsentDecision).where(col(ConsentDecision.id).in_(ids))
    return (await db.exec(query.order_by(col(ConsentDecision.sequence)))).all()


async def exports_before(db: AsyncSession, erasure: Erasure) -> list[register.Registered]:
    """What had gone out of what was then erased: whoever has it must delete it themselves. The end
    of its time takes what rested on any purpose."""
    purposes = {str(row.purpose) for row in await withdrawals(db, erasure)} or {*Purpose}
    return await register.with_data_of(db, erasure.recording_id, erasure.user_id, purposes)
