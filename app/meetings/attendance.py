"""Who was in a meeting from when to when: the roster that silent members are counted by."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import now
from app.meetings.models import Attendance


async def attended(db: AsyncSession, meeting_id: UUID, user_id: UUID, role: str) -> UUID:
    stay = Attendance(meeting_id=meeting_id, user_id=user_id, role=role)
    db.add(stay)
    await db.flush()
    return stay.id


async def departed(db: AsyncSession, attendance_id: UUID) -> None:
    stay = await db.get(Attendance, attendance_id)
    if stay is not None and stay.left_at is None:
        stay.left_at = now()


async def cut_off(db: AsyncSession, meeting_id: UUID) -> set[UUID]:
    """Ends all stays that are open, at the end or after a node that stopped; whose they were."""
    query = select(Attendance).where(
        Attendance.meeting_id == meeting_id, col(Attendance.left_at).is_(None)
    )
    stays = (await db.exec(query)).all()
    for stay in stays:
        stay.left_at = now()
    return {stay.user_id for stay in stays}


async def of_meetings(
    db: AsyncSession, meeting_ids: Collection[UUID]
) -> dict[UUID, list[Attendance]]:
    """Everybody's stays in each of these meetings, by when they came."""
    query = select(Attendance).where(col(Attendance.meeting_id).in_(meeting_ids))
    found: dict[UUID, list[Attendance]] = {each: [] for each in meeting_ids}
    for stay in (await db.exec(query.order_by(col(Attendance.joined_at)))).all():
        found[stay.meeting_id].append(stay)
    return found
