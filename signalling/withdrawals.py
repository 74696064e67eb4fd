"""Withdrawals and refusals that were heard in a room of this node and are not in the ledger yet.

They have happened: the tapes ended before anything else was done. So each is in the journal before
it is answered, and is entered until the ledger has taken it, by this life of the node or its next.
Until then no grant that the ledger still shows counts here.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.kit.db import Database
from app.kit.errors import Refusal
from signalling import books
from signalling.journal import Journal
from signalling.messages import PurposeName

logger = logging.getLogger(__name__)

KIND = "withdrawal"


class Withdrawal(BaseModel):
    """Ids and the decision, as the ledger will have it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    user_id: UUID
    group_id: UUID
    meeting_id: UUID
    purpose: PurposeName
    decision: Literal["refused", "withdrawn"]
    text_version: int
    text_language: str
    keeps_earlier: bool
    decided_at: datetime


class Withdrawals:
    """Owned by the node. Those of its earlier life wait here from the start."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        found = [Withdrawal.model_validate_json(text) for text in journal.left(KIND)]
        self._waiting = {one.id: one for one in found}

    @property
    def waiting(self) -> Sequence[Withdrawal]:
        """In the order in which they were heard."""
        return list(self._waiting.values())

    def of(self, user_id: UUID, group_id: UUID) -> list[Withdrawal]:
        return [w for w in self.waiting if (w.user_id, w.group_id) == (user_id, group_id)]

    def in_group(self, group_id: UUID) -> set[tuple[UUID, PurposeName]]:
        """Whose consents, and to what, do not count whatever the ledger says."""
        return {(w.user_id, w.purpose) for w in self.waiting if w.group_id == group_id}

    def heard(self, one: Withdrawal) -> None:
        """A kill loses it no more."""
        self._waiting[one.id] = one
        self._journal.put(KIND, one.id, one.model_dump_json())

    async def confirmed(self, one: Withdrawal) -> None:
        await self._journal.confirm(KIND, one.id)

    async def enter(self, database: Database, one: Withdrawal) -> None:
        """Returns once the ledger has it. Raises Refusal, and forgets it, when the ledger never
        will: no such text was shown to anybody."""
        try:
            await books.enter(database, lambda db: write(db, one))
        except Refusal:
            logger.warning("a withdrawal was refused by the ledger")
            self.settled([one])
            raise
        self.settled([one])

    async def enter_all(self, database: Database, group_id: UUID) -> None:
        """Returns once nothing of the group waits, but for what the ledger refuses."""
        for one in self.waiting:
            if one.group_id == group_id:
                with suppress(Refusal, SQLAlchemyError):
                    await self.enter(database, one)

    def settled(self, entered: Sequence[Withdrawal]) -> None:
        for one in entered:
            self._waiting.pop(one.id, None)
            self._journal.drop(KIND, one.id)


async def write(db: AsyncSession, one: Withdrawal) -> None:
    """May be asked for the same one again."""
    await consent.hold(db, one.group_id)
    if await db.get(ConsentDecision, one.id) is not None:
        return
    await consent.decide(
        db,
        user_id=one.user_id,
        group_id=one.group_id,
        meeting_id=one.meeting_id,
        purpose=Purpose(one.purpose),
        decision=Decision(one.decision),
        text_version=one.text_version,
        text_language=one.text_language,
        decided_by=one.user_id,
        keeps_earlier=one.keeps_earlier,
        heard=consent.Heard(one.id, one.decided_at),
    )
