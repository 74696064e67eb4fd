"""Who is taken for gone, and that only one takes over."""

from datetime import UTC, datetime, timedelta

from app.recordings import workers
from app.recordings.workers import SILENT_FOR
from tests.fixtures.application import Application

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


async def taken(running: Application, moment: datetime, *names: str) -> set[str]:
    async with running.context.database.transaction() as db:
        return await workers.take_over(db, names, moment)


async def test_who_is_silent_is_taken_over_once(running: Application) -> None:
    async with running.context.database.transaction() as db:
        await workers.beat(db, "gone", NOON - SILENT_FOR)
        await workers.beat(db, "busy", NOON - SILENT_FOR + timedelta(seconds=1))

    assert await taken(running, NOON, "gone", "busy") == {"gone"}
    assert await taken(running, NOON, "gone", "busy") == set()
    assert await taken(running, NOON + SILENT_FOR, "gone") == {"gone"}  # if who took over died too


async def test_one_that_was_never_heard_of_is_waited_for_as_long(running: Application) -> None:
    assert await taken(running, NOON, "unknown") == set()
    assert await taken(running, NOON + SILENT_FOR - timedelta(seconds=1), "unknown") == set()
    assert await taken(running, NOON + SILENT_FOR, "unknown") == {"unknown"}
