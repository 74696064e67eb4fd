"""Meetings that nobody ended: everyone just closed the window, or their node died."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import now
from app.meetings import attendance, service
from app.meetings.models import Lease, Meeting, MeetingState

PATIENCE = timedelta(minutes=30)
"""Wait so long after a meeting's time was up. Lower: one that runs late is cut off while its people
change nodes. Higher: its recording is finished later."""


async def end_abandoned(db: AsyncSession) -> list[UUID]:
    """Ends open meetings whose time is long up and which live on no node; their ids."""
    moment = now()
    hosted = select(Lease.meeting_id).where(Lease.expires_at > moment)
    query = select(Meeting).where(
        Meeting.state == MeetingState.OPEN,
        Meeting.starts_at < moment - PATIENCE,
        col(Meeting.id).not_in(hosted),
    )
    over = [
        meeting
        for meeting in (await db.exec(query)).all()
        if meeting.starts_at + timedelta(minutes=meeting.duration_min) < moment - PATIENCE
    ]
    for meeting in over:
        service.ended(meeting)
        await attendance.cut_off(db, meeting.id)
    return [meeting.id for meeting in over]
