"""What is noted of a person beside recordings: words, connections, sources sent, exports,
erasures."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.consent.models import ConsentDecision
from app.exports.models import ExportContent, ExportRecord
from app.quality.models import QualitySample
from app.recordings.models import Erasure, PublicationSpan
from app.transcripts import consents as transcripts
from app.transcripts.models import Utterance


async def connections(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """How well the person's connections worked, stretch by stretch."""
    query = select(QualitySample).where(QualitySample.user_id == user_id)
    return _told((await db.exec(query.order_by(col(QualitySample.id)))).all())


async def words(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """What the person said, as it was written down, every version; as long as consent allows it to
    be kept. Who wrote it is nobody's but that person's."""
    query = select(Utterance).where(Utterance.user_id == user_id)
    found = (await db.exec(query.order_by(col(Utterance.recording_id), col(Utterance.id)))).all()
    standing = await _standing(db, user_id)
    hidden = {"user_id", "folded", "made_by"}
    return [
        row.model_dump(mode="json", warnings=False, exclude=hidden)
        for row in transcripts.usable(found, standing)
    ]


async def _standing(db: AsyncSession, user_id: UUID) -> set[UUID]:
    groups = select(ConsentDecision.group_id).where(ConsentDecision.user_id == user_id).distinct()
    return await consent.standing(db, (await db.exec(groups)).all())


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
