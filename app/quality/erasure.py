"""Erasing what a withdrawal reaches of the quality log."""

from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.ended import ended
from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database
from app.meetings.models import Meeting
from app.quality.models import QualitySample

KIND = "quality"


async def erase_withdrawn(database: Database) -> int:
    """How many rows; cheap when there is nothing to do, and then nobody waits for a write."""
    doomed = col(QualitySample.consent_id).in_(ended(QualitySample, col(QualitySample.started_at)))
    async with database.reading() as db:
        if (await db.exec(select(QualitySample.id).where(doomed).limit(1))).first() is None:
            return 0
    async with database.transaction() as db:
        return await delete_of(db, doomed, audit.WORKER)


async def delete_of(db: AsyncSession, doomed: ColumnElement[bool], doer: audit.Doer) -> int:
    """How many rows; an audit entry for each person and meeting says of how many stretches."""
    query = select(QualitySample.meeting_id, QualitySample.user_id, func.count()).where(doomed)
    by_person = query.group_by(col(QualitySample.meeting_id), col(QualitySample.user_id))
    counts: list[tuple[UUID, UUID, int]] = sorted((await db.exec(by_person)).all())
    await db.exec(delete(QualitySample).where(doomed))
    for meeting_id, user_id, count in counts:
        meeting = await db.get_one(Meeting, meeting_id)
        group = await db.get_one(Group, meeting.group_id)
        about = audit.About(KIND, meeting_id, user_id, group.programme_id, group.id, meeting_id)
        audit.record(db, audit.Deed.ERASED, doer, about, details={"stretches": count})
    return sum(count for _, _, count in counts)
