"""Whether every word kept was allowed when it was written down: each line against the ledger."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.recordings.provenance import Book, Fault, Objection, of_group
from app.transcripts.consents import WORDS
from app.transcripts.models import Utterance


async def examine(db: AsyncSession, group_id: UUID, book: Book) -> tuple[int, list[Fault]]:
    """How many lines there are, every version counted, and what is wrong with them."""
    query = select(Utterance).where(col(Utterance.recording_id).in_(of_group(group_id)))
    lines = (await db.exec(query.order_by(col(Utterance.id)))).all()
    return len(lines), list(faults(book, lines))


def faults(book: Book, lines: Iterable[Utterance]) -> Iterator[Fault]:
    """Words that rest on anything but their speaker's consents to each purpose that they need.
    They are of an earlier recording: a withdrawal that keeps what there was allows them still."""
    for line in lines:
        if not book.purposes(line.consent_ids) >= set(WORDS):
            yield Fault("line", line.id, "", Objection.NOTHING_NAMED)
        for row_id in line.consent_ids:
            found = book.objection(row_id, line.user_id, WORDS, line.made_at, of_earlier=True)
            if found:
                yield Fault("line", line.id, row_id, found)
