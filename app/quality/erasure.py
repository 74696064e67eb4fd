"""Erasing what a withdrawal reaches, and what is older than the programme promised to keep."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, delete, exists, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.ended import ended
from app.groups.models import Group
from app.kit.db import Database, now
from app.meetings.models import Meeting
from app.programmes.models import Programme
from app.quality.models import QualitySample


async def erase(database: Database) -> int:
    """How many rows; cheap when there is nothing to do, and then nobody waits for a write."""
    async with database.reading() as db:
        ended_consent = col(QualitySample.consent_id).in_(
            ended(QualitySample, col(QualitySample.started_at))
        )
        doomed = or_(ended_consent, *await _old(db))
        if (await db.exec(select(QualitySample.id).where(doomed).limit(1))).first() is None:
            return 0
    async with database.transaction() as db:
        return (await db.exec(delete(QualitySample).where(doomed))).rowcount


async def _old(db: AsyncSession) -> list[Any]:
    """One condition for each programme, whose days are its own."""
    of_programme = (
        select(Meeting.id)
        .join(Group, col(Group.id) == Meeting.group_id)
        .where(col(Meeting.id) == QualitySample.meeting_id)
    )
    return [
        (col(QualitySample.started_at) < now() - timedelta(days=programme.retention_days))
        & exists(of_programme.where(Group.programme_id == programme.id))
        for programme in (await db.exec(select(Programme))).all()
    ]
