"""What is noted of a person beside recordings: connections, sources sent, exports, erasures."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports.models import ExportContent, ExportRecord
from app.quality.models import QualitySample
from app.recordings.models import Erasure, PublicationSpan


async def connections(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """How well the person's connections worked, stretch by stretch."""
    query = select(QualitySample).where(QualitySample.user_id == user_id)
    return _told((await db.exec(query.order_by(col(QualitySample.id)))).all())


async def sent(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """Which sources were sent while something was recorded, also of those who are not."""
    query = select(PublicationSpan).where(PublicationSpan.user_id == user_id)
    return _told((await db.exec(query.order_by(col(PublicationSpan.id)))).all())


async def handed_over(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """The exports that held something of the person."""
    query = (
        select(ExportContent, ExportRecord)
        .where(ExportContent.record_id == ExportRecord.id, ExportContent.user_id == user_id)
        .order_by(col(ExportContent.id))
    )
    return [
        {
            "exported_at": record.exported_at.isoformat(),
            "group_id": str(record.group_id),
            "recording_id": str(content.recording_id),
            "purposes": content.purposes,
        }
        for content, record in (await db.exec(query)).all()
    ]


async def erased(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """What withdrawals took, with the signed receipts."""
    query = select(Erasure).where(Erasure.user_id == user_id)
    return _told((await db.exec(query.order_by(col(Erasure.id)))).all())


def _told(rows: Iterable[SQLModel]) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json", warnings=False, exclude={"user_id"}) for row in rows]
