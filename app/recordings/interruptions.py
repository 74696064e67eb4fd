"""When a recording that runs could not be written, and why: gaps are stated, not left to guess."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.recordings.models import InterruptionReason, RecordingInterruption


async def begin(
    db: AsyncSession, recording_id: UUID, at: datetime, reason: InterruptionReason
) -> None:
    """Idempotent: while one lasts there is no second."""
    if not await _open(db, recording_id):
        db.add(RecordingInterruption(recording_id=recording_id, started_at=at, reason=reason))
        await db.flush()


async def end(db: AsyncSession, recording_id: UUID, at: datetime) -> None:
    """Ends what lasts. Idempotent."""
    for interruption in await _open(db, recording_id):
        interruption.ended_at = max(at, interruption.started_at)


async def of_recording(db: AsyncSession, recording_id: UUID) -> list[RecordingInterruption]:
    query = select(RecordingInterruption).where(RecordingInterruption.recording_id == recording_id)
    return list((await db.exec(query.order_by(col(RecordingInterruption.started_at)))).all())


async def _open(db: AsyncSession, recording_id: UUID) -> list[RecordingInterruption]:
    query = select(RecordingInterruption).where(
        RecordingInterruption.recording_id == recording_id,
        col(RecordingInterruption.ended_at).is_(None),
    )
    return list((await db.exec(query)).all())
