"""Who has seen what others coded, and so would not code blind."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding.models import CodingAssignment
from app.codebooks.models import CodebookVersion
from app.coding.models import Adjudication
from app.kit.audit import AuditEntry, Deed, Result
from app.turns.models import Turn, TurnIndex


async def seen(
    db: AsyncSession, user_id: UUID, codebook_id: UUID, recording_ids: Collection[UUID]
) -> set[UUID]:
    """In which of these recordings this person has decided where coders differed, or has read
    codes, by the audit log, since somebody else had finished with this codebook."""
    versions = select(CodebookVersion.id).where(CodebookVersion.codebook_id == codebook_id)
    finished = (
        select(CodingAssignment.recording_id, func.min(CodingAssignment.finished_at))
        .where(col(CodingAssignment.version_id).in_(versions))
        .where(CodingAssignment.coder_id != user_id)
        .where(col(CodingAssignment.recording_id).in_(recording_ids))
        .where(col(CodingAssignment.finished_at).is_not(None))
        .group_by(col(CodingAssignment.recording_id))
    )
    looks = (
        select(AuditEntry.object_id, func.max(AuditEntry.at))
        .where(AuditEntry.actor_id == user_id, AuditEntry.deed == Deed.READ_CODES)
        .where(AuditEntry.result == Result.DONE)
        .where(col(AuditEntry.object_id).in_(recording_ids))
        .group_by(col(AuditEntry.object_id))
    )
    decided = (
        select(TurnIndex.recording_id)
        .join(Turn, col(Turn.index_id) == TurnIndex.id)
        .join(Adjudication, col(Adjudication.turn_id) == Turn.id)
        .where(Adjudication.decided_by == user_id, col(Adjudication.version_id).in_(versions))
        .where(col(TurnIndex.recording_id).in_(recording_ids))
    )
    looked = dict((await db.exec(looks)).all())
    read = {
        recording_id
        for recording_id, since in (await db.exec(finished)).all()
        if since and recording_id in looked and looked[recording_id] >= since
    }
    return read | set((await db.exec(decided.distinct())).all())
