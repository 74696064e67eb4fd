"""Whether every stretch of the quality log was allowed when it was written: each by the ledger."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import Purpose
from app.meetings.models import Meeting
from app.quality.models import QualitySample
from app.recordings.provenance import Book, Fault, Objection


async def examine(db: AsyncSession, group_id: UUID, book: Book) -> tuple[int, list[Fault]]:
    """How many stretches there are, and what is wrong with them."""
    of_group = select(Meeting.id).where(Meeting.group_id == group_id)
    query = select(QualitySample).where(col(QualitySample.meeting_id).in_(of_group))
    samples = (await db.exec(query.order_by(col(QualitySample.id)))).all()
    return len(samples), list(faults(book, samples))


def faults(book: Book, samples: Iterable[QualitySample]) -> Iterator[Fault]:
    """Stretches that this person's consent to be studied did not cover from begin to end."""
    for sample in samples:
        row_id, begun = str(sample.consent_id), sample.started_at
        found = book.objection(row_id, sample.user_id, {Purpose.INDEXING}, begun)
        if found is None and not book.covers(row_id, begun + timedelta(seconds=sample.seconds)):
            found = Objection.RAN_ON
        if found:
            yield Fault("quality", sample.id, row_id, found)
