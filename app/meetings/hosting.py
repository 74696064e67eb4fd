"""Whether all that was said in a group's meetings is in the books, or some in a journal elsewhere.

A node keeps withdrawals and what is off the record on its own disk until the database takes them
(`signalling.journal`). If it dies before, only its next life on that disk can enter them; another
node that takes its meeting meanwhile must not go on as if nothing had been said.
"""

from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.kit import news
from app.kit.db import now
from app.meetings.models import Hosting, Lease, Meeting


async def begin(db: AsyncSession, meeting: Meeting, journal_id: UUID, ledger_length: int) -> bool:
    """Before the meeting opens with this journal. The other journals of the group that no living
    node writes into are gone on without from now on. True: one of this very meeting is."""
    leased = select(Lease.meeting_id).where(
        Lease.expires_at > now(), Lease.meeting_id != meeting.id
    )
    query = _others(meeting.group_id, journal_id).where(
        col(Hosting.unknown_to).is_(None), col(Hosting.meeting_id).not_in(leased)
    )
    silent = (await db.exec(query.with_for_update(of=Hosting))).all()
    for each in silent:
        each.unknown_to = ledger_length
    await db.merge(Hosting(meeting_id=meeting.id, journal_id=journal_id))
    return any(each.meeting_id == meeting.id for each in silent)


async def end(db: AsyncSession, meeting_id: UUID, journal_id: UUID) -> None:
    """All that was said in the meeting is in the books."""
    hosting = await db.get(Hosting, (meeting_id, journal_id))
    if hosting is not None:
        await db.delete(hosting)


async def end_all(db: AsyncSession, journal_id: UUID) -> None:
    """All that the journal held is in the books; nodes that went on without it hear of it."""
    groups = select(Meeting.group_id).join(Hosting, col(Hosting.meeting_id) == Meeting.id)
    for group_id in (
        await db.exec(groups.where(Hosting.journal_id == journal_id).distinct())
    ).all():
        await news.tell(db, group_id)
    await db.exec(delete(Hosting).where(col(Hosting.journal_id) == journal_id))


async def unknown_to(db: AsyncSession, group_id: UUID, journal_id: UUID) -> int:
    """Up to this row of the group's ledger a grant may have been taken back where nobody has read
    it yet; 0: all is known. `journal_id`: one's own, which one has read."""
    rows = (await db.exec(_others(group_id, journal_id))).all()
    return max((row.unknown_to or 0 for row in rows), default=0)


def _others(group_id: UUID, journal_id: UUID) -> SelectOfScalar[Hosting]:
    return (
        select(Hosting)
        .join(Meeting, col(Meeting.id) == Hosting.meeting_id)
        .where(Meeting.group_id == group_id, Hosting.journal_id != journal_id)
    )
