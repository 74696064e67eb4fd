"""Whether all that was heard of people was allowed when it was: their speech and their turns, in
every index, against the ledger.

They name no row. When it was heard, this person must have agreed to be recorded and to be studied;
who had withdrawn and kept what there was, is heard up to that moment and no further.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.recordings.models import Recording
from app.recordings.provenance import Book, Fault, Objection, of_group
from app.turns.erasure import STUDY
from app.turns.models import SharedSpeech, Speech, Turn, TurnIndex


class Heard(NamedTuple):
    """Of one person."""

    what: Literal["speech", "turns"]
    id: UUID
    user_id: UUID
    heard_at: datetime
    until: datetime
    """When the last of it ends."""


async def examine(db: AsyncSession, group_id: UUID, book: Book) -> tuple[int, int, list[Fault]]:
    """Of how many people's speech something is kept, of how many people's turns in an index, and
    what is wrong with them."""
    query = select(Recording).where(col(Recording.id).in_(of_group(group_id)))
    began = {row.id: row.started_at for row in (await db.exec(query)).all()}
    speech, turns = await _speech(db, began), await _turns(db, began)
    found = [fault for one in (*speech, *turns) if (fault := _fault(book, one))]
    return len(speech), len(turns), [*found, *await _shared(db, began, book)]


def _fault(book: Book, one: Heard) -> Fault | None:
    for purpose in STUDY:
        found = book.allows(one.user_id, purpose, one.heard_at, one.until)
        if found:
            return Fault(one.what, one.id, "", found)
    return None


async def _speech(db: AsyncSession, began: dict[UUID, datetime]) -> list[Heard]:
    query = select(Speech).where(col(Speech.recording_id).in_(began))
    rows = (await db.exec(query.order_by(col(Speech.recording_id), col(Speech.user_id)))).all()
    return [
        Heard(
            "speech",
            row.recording_id,
            row.user_id,
            row.heard_at,
            _after(began[row.recording_id], max((end for _, end in row.segments), default=0)),
        )
        for row in rows
    ]


async def _turns(db: AsyncSession, began: dict[UUID, datetime]) -> list[Heard]:
    query = (
        select(TurnIndex, Turn.user_id, func.max(Turn.end_ms))
        .join(Turn, col(Turn.index_id) == TurnIndex.id)
        .where(col(TurnIndex.recording_id).in_(began))
        .group_by(col(TurnIndex.id), col(Turn.user_id))
        .order_by(col(TurnIndex.id), col(Turn.user_id))
    )
    return [
        Heard("turns", index.id, user, index.created_at, _after(began[index.recording_id], end))
        for index, user, end in (await db.exec(query)).all()
    ]


async def _shared(db: AsyncSession, began: dict[UUID, datetime], book: Book) -> list[Fault]:
    """Where somebody speaks in a mixed file: it names everybody's rows."""
    query = select(SharedSpeech).where(col(SharedSpeech.recording_id).in_(began))
    found = []
    for row in (await db.exec(query.order_by(col(SharedSpeech.recording_id)))).all():
        if not book.purposes(row.consent_ids) >= set(STUDY):
            found.append(Fault("speech", row.recording_id, "", Objection.NOTHING_NAMED))
        for row_id in row.consent_ids:
            objection = book.objection(row_id, None, STUDY, row.heard_at, of_earlier=True)
            if objection:
                found.append(Fault("speech", row.recording_id, row_id, objection))
    return found


def _after(began: datetime, ms: int) -> datetime:
    return began + timedelta(milliseconds=ms)
