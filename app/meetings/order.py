"""The place of a meeting in its group's series: by when it begins, not by when it was entered."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.groups.models import Group
from app.meetings.models import Meeting, MeetingKind, MeetingState


async def renumber(db: AsyncSession, group_id: UUID, kind: MeetingKind) -> None:
    """Numbers the group's meetings of a kind from 1. What was called off takes nobody's place, and
    keeps the number that it had."""
    await db.get(Group, group_id, with_for_update=True)  # one at a time, or two are the fourth
    await db.flush()
    query = (
        select(Meeting)
        .where(Meeting.group_id == group_id, Meeting.kind == kind)
        .where(Meeting.state != MeetingState.CANCELLED)
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )
    for place, meeting in enumerate((await db.exec(query)).all(), 1):
        meeting.ordinal = place
    await db.flush()
