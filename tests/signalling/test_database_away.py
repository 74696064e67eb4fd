"""PostgreSQL is killed in the middle of a recorded meeting and is away for longer than a lease."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from app.chat.models import ChatLine
from app.kit import migrate
from app.kit.db import now
from app.meetings.models import Attendance, Node
from app.meetings.placement import ALIVE_FOR
from app.recordings.models import Recording
from signalling.messages import EndMeeting, Said, Say, StartRecording, Welcomed
from tests.fixtures import postgres
from tests.fixtures.application import Application, application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.taped import DEADLINE_S, decides, inside, packets, until_stored, until_written
from tests.signalling.conftest import gathered

AWAY_S = 20.0


@pytest.mark.postgres
async def test_media_and_tapes_go_on_and_the_books_catch_up(
    server: postgres.Server, tmp_path: Path
) -> None:
    assert timedelta(seconds=AWAY_S) > ALIVE_FOR
    settings = settings_at(tmp_path, server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        for person in (cast.alice, cast.bob):
            await decides(person, cast.group_id, "audio", "granted")
        await decides(cast.alice, cast.group_id, "chat", "granted")
        async with gathered(running, cast, settings) as gathering:
            async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
                await alice.ask(StartRecording)
                tape = await until_written(gathering, cast.alice)
                await until_written(gathering, cast.bob)
                path = gathering.settings.spool / tape.path

                await asyncio.to_thread(server.kill)
                size, heard = path.stat().st_size, await bob.packets_heard()
                await asyncio.sleep(AWAY_S / 2)
                assert bob.resume_token is not None
                bob.hang_up()
                async with gathering.resuming(bob.resume_token) as again:
                    back = await again.hears(Welcomed)
                    assert back.resumed
                    assert back.room.recording.running
                    await alice.ask(Say, text="Kuuluuko?")
                    heard_line = await again.hears(Said)
                    await asyncio.sleep(AWAY_S / 2)
                    assert "lines_unkept" in alice.told
                    assert path.stat().st_size > size + 2_000
                    assert await bob.packets_heard() > heard + 40 * AWAY_S
                    assert alice.failure is None

                    await asyncio.to_thread(server.start)
                    returned = time.time()
                    await _beats(running)
                    await alice.ask(EndMeeting)
                stored = [
                    *await until_stored(gathering, cast.alice),
                    *await until_stored(gathering, cast.bob),
                ]
            spans = [await packets(gathering, one) for one in stored]

        async with running.context.database.reading() as db:
            (line,) = (await db.exec(select(ChatLine))).all()
            recording = (await db.exec(select(Recording))).one()
            stays = (await db.exec(select(Attendance))).all()
    assert len(stored) == 2  # one tape each: nothing was begun anew
    for numbers, last_at in spans:
        assert last_at > returned
        assert len(numbers) > 45 * AWAY_S
    assert recording.state == "stopped"
    # The room heard it meanwhile; it lies where it was written, and its writer knew that it waited.
    assert (line.text, line.user_id) == ("Kuuluuko?", cast.alice.id)
    assert line.at == heard_line.at
    assert len(stays) == 2  # nobody was thrown out, nobody came anew
    assert all(stay.left_at is not None for stay in stays)


@pytest.mark.postgres
async def test_nobody_waits_for_the_books_to_hear_that_the_meeting_is_over(
    server: postgres.Server, tmp_path: Path
) -> None:
    """Somebody else holds the recording's row: nothing is written of it until they let it go."""
    settings = settings_at(tmp_path, server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        await decides(cast.alice, cast.group_id, "audio", "granted")
        async with (
            gathered(running, cast, settings) as gathering,
            inside(gathering, cast.alice, cast.bob) as (alice, bob),
        ):
            await alice.ask(StartRecording)
            await until_written(gathering, cast.alice)
            async with running.context.database.transaction() as db:
                (await db.exec(select(Recording).with_for_update())).one()
                await alice.ask(EndMeeting)
                async with asyncio.timeout(DEADLINE_S):
                    while "meeting_ended" not in bob.told:
                        await asyncio.sleep(0.02)
                recording = (await db.exec(select(Recording))).one()
                assert recording.state == "running"
            await until_stored(gathering, cast.alice)
        async with running.context.database.reading() as db:
            recording = (await db.exec(select(Recording))).one()
    assert recording.state == "stopped"


async def _beats(running: Application) -> None:
    """The node says again that it lives."""
    async with asyncio.timeout(30):
        while True:
            async with running.context.database.reading() as db:
                found = await db.get(Node, "test-node")
            if found is not None and found.expires_at > now() + ALIVE_FOR / 2:
                return
            await asyncio.sleep(0.2)
