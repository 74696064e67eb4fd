"""Begin and end of a span are written by two tasks, in any order, at the same time too."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit import migrate
from app.kit.db import now
from app.kit.ids import new_id
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings import spans
from app.recordings.models import Source, SpanEnd
from app.recordings.spans import Begun
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.postgres import Server


@pytest.mark.postgres
@pytest.mark.parametrize("first", ["begin", "end"])
async def test_an_end_is_written_while_its_begin_is_not_yet(
    first: str, postgres_server: Server, tmp_path: Path
) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast, database = await assemble(running), running.context.database
        async with database.transaction() as db:
            db.add(meeting := Meeting(group_id=cast.group_id, starts_at=now()))
            await db.flush()
            recording = await recordings.start(db, meeting.id, "node-1", now())
        at = now()
        begun = Begun(new_id(), recording.id, cast.bob.id, Source.MICROPHONE, at)
        ended = at + timedelta(seconds=1)

        async def write(db: AsyncSession, what: str) -> None:
            if what == "begin":
                await spans.begin(db, begun)
            else:
                await spans.end(db, begun, ended, SpanEnd.STOPPED)

        async def beside() -> None:
            async with database.transaction() as db:
                await write(db, "end" if first == "begin" else "begin")

        async with database.transaction() as db:
            await write(db, first)
            other = asyncio.create_task(beside())
            await asyncio.sleep(0.2)  # it comes to the row that is not committed
        await other
        async with database.reading() as db:
            (found,) = await spans.of_recording(db, recording.id)

    assert (found.started_at, found.ended_at) == (at, ended)
    assert found.how_it_ended == SpanEnd.STOPPED
