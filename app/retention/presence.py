"""Erasing when whose microphone and camera were on, also of those who were not recorded.

It rests on nobody's consent, so it goes by the programme's period, whatever became of the recording
itself. A hold stops that.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import String, cast
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database
from app.meetings.models import Meeting
from app.programmes.models import Programme
from app.recordings import spans
from app.recordings.models import PublicationSpan, Recording, RecordingState
from app.retention import holds


class Due(NamedTuple):
    recording: Recording
    group: Group


async def erase(
    database: Database, moment: datetime, *, doer: audit.Doer, programme_id: UUID | None = None
) -> int:
    """Of how many recordings. Cheap when there is nothing to do."""
    async with database.reading() as db:
        if not await _due(db, moment, programme_id):
            return 0
    async with database.transaction() as db:
        found = await _due(db, moment, programme_id)  # a hold may have been set meanwhile
        for recording, group in found:
            count = await spans.forget(db, recording)
            about = audit.About(
                "recording", recording.id, None, group.programme_id, group.id, recording.meeting_id
            )
            audit.record(db, audit.Deed.ERASED, doer, about, details={"spans": count})
    return len(found)


async def _due(db: AsyncSession, moment: datetime, programme_id: UUID | None) -> list[Due]:
    held = await holds.in_force(db, programme_id)
    noted = select(PublicationSpan.id).where(PublicationSpan.recording_id == Recording.id)
    query = (
        select(Recording, Group, Programme)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .join(Group, col(Group.id) == Meeting.group_id)
        .join(Programme, col(Programme.id) == Group.programme_id)
        .where(
            Recording.state != RecordingState.RUNNING,
            noted.exists() | (cast(col(Recording.missing), String) != "null"),
        )
    )
    if programme_id is not None:
        query = query.where(Group.programme_id == programme_id)
    return [
        Due(recording, group)
        for recording, group, programme in (await db.exec(query)).all()
        if recording.started_at + timedelta(days=programme.retention_days) <= moment
        and holds.covering(held, programme.id, group.id, recording.id) is None
    ]
