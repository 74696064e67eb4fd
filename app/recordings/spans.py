"""What was published while a recording ran, as the node wrote it down."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.recordings.models import PublicationSpan, Recording, RecordingState, Source, SpanEnd


@dataclass(frozen=True)
class Begun:
    """A span that has begun. Everything its row needs, so that begin and end may come in any
    order and more than once."""

    id: UUID
    recording_id: UUID
    user_id: UUID
    source: Source
    started_at: datetime


async def begin(db: AsyncSession, span: Begun) -> None:
    await _row(db, span)


async def end(db: AsyncSession, span: Begun, at: datetime, how: SpanEnd) -> None:
    row = await _row(db, span)
    if row.ended_at is None:
        row.ended_at, row.how_it_ended = at, how


async def end_all_of_node(db: AsyncSession, node_name: str, at: datetime) -> None:
    """The node that wrote them stopped in the middle, and is back."""
    query = (
        select(PublicationSpan)
        .join(Recording, col(Recording.id) == PublicationSpan.recording_id)
        .where(
            col(PublicationSpan.ended_at).is_(None),
            Recording.node_name == node_name,
            Recording.state == RecordingState.RUNNING,
        )
    )
    for row in (await db.exec(query)).all():
        row.ended_at, row.how_it_ended = at, SpanEnd.NODE_STOPPED


async def of_recording(db: AsyncSession, recording_id: UUID) -> Sequence[PublicationSpan]:
    query = select(PublicationSpan).where(PublicationSpan.recording_id == recording_id)
    return (await db.exec(query.order_by(col(PublicationSpan.started_at)))).all()


async def forget(db: AsyncSession, recording: Recording) -> int:
    """Nobody's are kept any longer, nor what was missing of whom; how many there were."""
    its = col(PublicationSpan.recording_id) == recording.id
    recording.missing = None
    return (await db.exec(delete(PublicationSpan).where(its))).rowcount


async def forget_person(db: AsyncSession, user_id: UUID) -> None:
    """Of this person, in every recording."""
    own = col(PublicationSpan.user_id) == user_id
    touched = select(PublicationSpan.recording_id).where(own)
    for recording in (await db.exec(select(Recording).where(col(Recording.id).in_(touched)))).all():
        told = recording.missing
        recording.missing = told and [one for one in told if one["user_id"] != str(user_id)]
    await db.exec(delete(PublicationSpan).where(own))


async def _row(db: AsyncSession, span: Begun) -> PublicationSpan:
    """Begin and end may both be on their way to the books, and neither sees the other there."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    await db.exec(insert(PublicationSpan).values(**asdict(span)).on_conflict_do_nothing())
    return await db.get_one(PublicationSpan, span.id)
