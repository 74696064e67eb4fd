"""Erasing notes whose time is over.

The notes of one meeting go together, when the first of them is older than the programme keeps its
material, or than the shortest period that anybody in the group was promised: a note may be about
anyone. A hold on the meeting's recording, its group or its programme stops that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.consent.models import Decision
from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database
from app.meetings.models import Meeting
from app.notes.models import ObservationNote
from app.notes.told import KIND
from app.programmes.models import Programme, RetentionChange
from app.recordings import service as recordings
from app.retention import holds
from app.retention import service as retention
from app.retention.periods import shortest


class Due(NamedTuple):
    meeting: Meeting
    group: Group
    notes: int


async def erase(
    database: Database,
    moment: datetime,
    *,
    doer: audit.Doer = audit.WORKER,
    programme_id: UUID | None = None,
) -> int:
    """How many notes. Cheap when there is nothing to do, and then nobody waits for a write."""
    async with database.reading() as db:
        if not await due(db, moment, programme_id):
            return 0
    async with database.transaction() as db:
        found = await due(db, moment, programme_id)  # a hold may have been set meanwhile
        for each in found:
            its = col(ObservationNote.meeting_id) == each.meeting.id
            await db.exec(delete(ObservationNote).where(its))
            about = audit.About(
                KIND, each.meeting.id, None, each.group.programme_id, each.group.id, each.meeting.id
            )
            audit.record(db, audit.Deed.ERASED, doer, about, details={"notes": each.notes})
    return sum(each.notes for each in found)


async def due(db: AsyncSession, moment: datetime, programme_id: UUID | None) -> list[Due]:
    """What is over its time at that moment and not held, by meeting."""
    first, count = func.min(ObservationNote.at), func.count()
    query = select(col(ObservationNote.meeting_id), first, count)
    held, changes = await holds.in_force(db), await retention.changes_of(db, programme_id)
    found = []
    for meeting_id, at, notes in (
        await db.exec(query.group_by(col(ObservationNote.meeting_id)))
    ).all():
        meeting = await db.get_one(Meeting, meeting_id)
        group = await db.get_one(Group, meeting.group_id)
        if programme_id not in (None, group.programme_id):
            continue
        days = await _days(db, group, changes[group.programme_id])
        if at + timedelta(days=days) > moment:
            continue
        recording = await recordings.of_meeting(db, meeting.id)
        recorded = recording.id if recording else None
        if holds.covering(held, group.programme_id, group.id, recorded) is None:
            found.append(Due(meeting, group, notes))
    return found


async def _days(db: AsyncSession, group: Group, changes: Sequence[RetentionChange]) -> int:
    programme = await db.get_one(Programme, group.programme_id)
    rows = await consent.chain(db, group.id)
    agreed = (row.decided_at for row in rows if row.decision == Decision.GRANTED)
    return shortest(changes, programme.retention_days, agreed)
