"""Whether every chat line kept was allowed when it was written: each against the ledger."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.models import ChatLine
from app.consent.models import Purpose
from app.recordings.provenance import Book, Fault, of_group


async def examine(db: AsyncSession, group_id: UUID, book: Book) -> tuple[int, list[Fault]]:
    """How many lines there are, and what is wrong with them."""
    query = select(ChatLine).where(col(ChatLine.recording_id).in_(of_group(group_id)))
    lines = (await db.exec(query.order_by(col(ChatLine.id)))).all()
    return len(lines), list(faults(book, lines))


def faults(book: Book, lines: Iterable[ChatLine]) -> Iterator[Fault]:
    """Lines that their writer's consent to the chat did not cover."""
    for line in lines:
        row_id = str(line.consent_id)
        found = book.objection(row_id, line.user_id, {Purpose.CHAT}, line.at)
        if found:
            yield Fault("chat", line.id, row_id, found)
