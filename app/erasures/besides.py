"""What is over its time beside recordings: notes, chat and answers to surveys, in numbers."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import erasure as chat
from app.notes import erasure as notes
from app.programmes.models import Programme
from app.surveys import erasure as surveys


class Besides(NamedTuple):
    notes: int
    chat: int
    """Lines."""
    answers: int
    """Of one person to one survey."""


async def due(db: AsyncSession, moment: datetime, programme_id: UUID | None) -> Besides:
    """What a run at that moment erases, of one programme or of all."""
    return Besides(
        sum(each.notes for each in await notes.due(db, moment, programme_id)),
        sum(len(lines) for _, lines in await chat.due(db, moment, programme_id)),
        len(await surveys.due(db, moment, programme_id)),
    )


async def near(db: AsyncSession, moment: datetime, programme: Programme) -> Besides:
    """What is to be warned of: with what is due by then, as things stand."""
    return await due(db, moment + timedelta(days=programme.warning_days), programme.id)
