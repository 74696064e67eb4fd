"""Writing the quality log down: in batches, beside the meeting, and not at all while the database
is away."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.kit.db import Database
from app.quality import service
from app.quality.models import QualitySample

logger = logging.getLogger(__name__)

MOST_WAITING = 20_000
"""Stretches that wait for a database that is away; the oldest go first. Lower: a long outage leaves
a hole. Higher: memory; these are some hours of ten meetings."""
BATCH = 500
"""Rows in one transaction. Lower: more transactions after an outage. Higher: others wait longer for
theirs."""
FAREWELL_S = 5.0
"""A node that stops waits so long for the rest to be written. Lower: the last stretch of a meeting
is missing. Higher: the node stops later while its database is away."""


class Keeper:
    """Of one node. Made with the database, closed with the node."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[QualitySample] = deque(maxlen=MOST_WAITING)
        self._writing: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def add(self, samples: Iterable[QualitySample]) -> None:
        self._waiting.extend(samples)

    def hold_to(self, meeting_id: UUID, consents: Mapping[UUID, UUID | None]) -> None:
        """Throws away what waits of these people (user → the consent that stands, if any) and rests
        on another consent: *stop before you write*."""
        if any(self._ended(each, meeting_id, consents) for each in self._waiting):
            kept = [s for s in self._waiting if not self._ended(s, meeting_id, consents)]
            self._waiting = deque(kept, maxlen=MOST_WAITING)

    @staticmethod
    def _ended(
        sample: QualitySample, meeting_id: UUID, consents: Mapping[UUID, UUID | None]
    ) -> bool:
        if sample.meeting_id != meeting_id or sample.user_id not in consents:
            return False
        return consents[sample.user_id] != sample.consent_id

    def write_soon(self) -> None:
        """Never waits; one write at a time."""
        if self._waiting and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Writes what is left, if the database takes it soon."""
        self.write_soon()
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=FAREWELL_S)
            self._writing.cancel()

    async def _write(self) -> None:
        while self._waiting:
            batch = [self._waiting[place] for place in range(min(BATCH, len(self._waiting)))]
            try:
                async with self._database.transaction() as db:
                    await service.store(db, batch)
            except (SQLAlchemyError, OSError) as error:
                logger.warning("the quality log waits (%s)", type(error).__name__)
                return
            written = {sample.id for sample in batch}
            kept = [sample for sample in self._waiting if sample.id not in written]
            self._waiting = deque(kept, maxlen=MOST_WAITING)
