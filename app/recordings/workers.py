"""Which workers live, and who takes over from one that does not."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.recordings.models import Worker

SILENT_FOR = timedelta(minutes=5)
"""A worker that was silent for so long is gone. Lower: one that is started anew, or that a machine
put to sleep, finds its work done by another. Higher: what it had in hand waits for longer."""


async def beat(db: AsyncSession, name: str, moment: datetime) -> None:
    """Said by a worker every few seconds while it lives."""
    await db.merge(Worker(name=name, beat_at=moment))


async def take_over(db: AsyncSession, names: Collection[str], moment: datetime) -> set[str]:
    """Those of these workers that are gone, and whose work is the caller's from now on: nobody else
    is given them before they have been silent for as long again. One that was never heard of counts
    as heard of now."""
    gone = set()
    for name in sorted(names):
        worker = await db.get(Worker, name, with_for_update=True)
        if worker is None:
            await beat(db, name, moment)
        elif worker.beat_at + SILENT_FOR <= moment:
            worker.beat_at = moment
            gone.add(name)
    return gone
