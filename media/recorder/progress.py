"""How far a recording is finished, in per cent, told to the database now and then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from app.kit.db import Database
from app.recordings.models import Recording

TELL_EVERY_S = 1.0
"""Lower: more writes. Higher: a page that seems to stand still."""


class Progress:
    """One step's share of the whole: from `done` to `done + 1` of `steps`."""

    def __init__(self, done: int, steps: int, length_ms: int) -> None:
        self._done = done
        self._steps = steps
        self._length_s = max(length_ms / 1000, 0.001)
        self._share = 0.0

    def reached_s(self, at_s: float) -> None:
        """Called from the working thread with the media time reached."""
        self._share = min(max(at_s / self._length_s, self._share), 1.0)

    @property
    def percent(self) -> int:
        return min(int(100 * (self._done + self._share) / self._steps), 99)


@asynccontextmanager
async def told(database: Database, recording_id: UUID, progress: Progress) -> AsyncIterator[None]:
    """While the block runs, the recording's row follows; the step's end is told as well."""

    async def tell() -> None:
        async with database.transaction() as db:
            recording = await db.get(Recording, recording_id)
            if recording is not None:
                recording.progress = max(recording.progress, progress.percent)

    async def follow() -> None:
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            await tell()

    task = asyncio.create_task(follow())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    progress.reached_s(float("inf"))
    await tell()
