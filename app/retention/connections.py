"""Erasing the quality log of which the time is over, stretch by stretch.

The shorter of two periods wins, as with everything that rests on a consent: the programme's, and
the one that was promised when it was given. A hold stops that.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import ConsentDecision
from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database
from app.meetings.models import Meeting
from app.programmes.models import Programme
from app.quality import erasure as quality
from app.quality.models import QualitySample
from app.recordings.models import Recording
from app.retention import holds
from app.retention.periods import shortest
from app.retention.service import changes_of


async def erase(
    database: Database, moment: datetime, *, doer: audit.Doer, programme_id: UUID | None = None
) -> int:
    """How many stretches. Cheap when there is nothing to do."""
    async with database.reading() as db:
        if not await _over(db, moment, programme_id):
            return 0
    count = 0
    async with database.transaction() as db:
        for over in await _over(db, moment, programme_id):  # a hold may have been set meanwhile
            count += await quality.delete_of(db, over, doer)
    return count


async def _over(
    db: AsyncSession, moment: datetime, programme_id: UUID | None
) -> list[ColumnElement[bool]]:
    """One condition for each meeting and consent of which something is over its time."""
    held, changes = await holds.in_force(db, programme_id), await changes_of(db, programme_id)
    rests_on = select(QualitySample.meeting_id, QualitySample.consent_id).distinct().subquery()
    query = (
        select(Meeting, ConsentDecision, Group, Recording.id)
        .join(rests_on, rests_on.c.meeting_id == Meeting.id)
        .join(ConsentDecision, col(ConsentDecision.id) == rests_on.c.consent_id)
        .join(Group, col(Group.id) == Meeting.group_id)
        .join(Recording, col(Recording.meeting_id) == Meeting.id, isouter=True)
    )
    found: list[ColumnElement[bool]] = []
    for meeting, grant, group, recording_id in (await db.exec(query)).all():
        programme = await db.get_one(Programme, group.programme_id)
        if programme_id not in (None, programme.id):
            continue
        if holds.covering(held, programme.id, group.id, recording_id) is not None:
            continue
        days = shortest(changes[programme.id], programme.retention_days, [grant.decided_at])
        over = (
            (col(QualitySample.meeting_id) == meeting.id)
            & (col(QualitySample.consent_id) == grant.id)
            & (col(QualitySample.started_at) <= moment - timedelta(days=days))
        )
        if (await db.exec(select(QualitySample.id).where(over).limit(1))).first() is not None:
            found.append(over)
    return found
