"""The stretches of a recording that were asked to be off the record: when, and nothing else."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.recordings.models import OffRecordSpan, Recording

MILLISECOND = timedelta(milliseconds=1)


async def begin(db: AsyncSession, id: UUID, recording_id: UUID, started_at: datetime) -> None:
    """Off the record from then on. One that goes on already goes on; the same one, asked for again,
    is what became of it. One that comes late, from a node that was away, lasted until the node that
    went on without it began one of its own."""
    if await db.get(OffRecordSpan, id) is not None:
        return
    known = await of_recording(db, recording_id)
    later = next((span.started_at for span in known if span.started_at >= started_at), None)
    if later is not None or all(span.ended_at is not None for span in known):
        span = OffRecordSpan(
            id=id, recording_id=recording_id, started_at=started_at, ended_at=later
        )
        db.add(span)


async def end(db: AsyncSession, recording_id: UUID, at: datetime) -> None:
    span = await _open(db, recording_id)
    if span is not None:
        span.ended_at = max(at, span.started_at)


async def since(db: AsyncSession, recording_id: UUID) -> datetime | None:
    """When the stretch that goes on began; None while all is on the record."""
    span = await _open(db, recording_id)
    return span.started_at if span else None


async def of_recording(db: AsyncSession, recording_id: UUID) -> list[OffRecordSpan]:
    query = select(OffRecordSpan).where(OffRecordSpan.recording_id == recording_id)
    return list((await db.exec(query.order_by(col(OffRecordSpan.started_at)))).all())


async def spans_ms(
    db: AsyncSession, recording_id: UUID, length_ms: int
) -> tuple[tuple[int, int], ...]:
    """(start, end) on the recording's time line; one that never ended lasts to its end."""
    recording = await db.get_one(Recording, recording_id)
    zero = recording.started_at
    found = []
    for span in await of_recording(db, recording_id):
        start = (span.started_at - zero) // MILLISECOND
        end = (span.ended_at - zero) // MILLISECOND if span.ended_at else length_ms
        if start < length_ms:
            found.append((start, min(end, length_ms)))
    return tuple(found)


async def _open(db: AsyncSession, recording_id: UUID) -> OffRecordSpan | None:
    query = select(OffRecordSpan).where(
        OffRecordSpan.recording_id == recording_id, col(OffRecordSpan.ended_at).is_(None)
    )
    return (await db.exec(query.limit(1))).first()
