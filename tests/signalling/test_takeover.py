"""A node is killed while the database is away, and another, with a disk of its own, goes on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Decision
from app.kit import migrate
from app.kit.db import now
from app.kit.settings import NodeSettings, Settings
from app.meetings.models import Meeting
from app.recordings.models import Recording
from signalling.messages import AgreeToRecord, Command, DecideConsent, GoOffRecord, StartRecording
from tests.fixtures import postgres
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.installation import free_port
from tests.fixtures.node_process import START_S, lets_in, node_process
from tests.fixtures.taped import arrivals, decides, tapes, until_written
from tests.signalling.conftest import Gathering
from tests.signalling.test_off_record_commands import inside, spans, until
from tests.soak.kept_alive import environment_of

pytestmark = [pytest.mark.thorough, pytest.mark.postgres]
OWN: dict[str, Any] = {"purpose": "audio", "text_version": 1, "text_language": "fi"}
LATE_S = 0.05


@dataclass
class Two:
    gathering: Gathering
    first: Settings
    second: Settings
    """Of a node with another name and another disk."""


@asynccontextmanager
async def two(server: postgres.Server, tmp_path: Path) -> AsyncIterator[Two]:
    settings = settings_at(tmp_path, server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    first, second = [
        settings.model_copy(
            update={
                "node": NodeSettings(
                    name=name, port=free_port(), reserve_mb=0, spool=tmp_path / name
                )
            }
        )
        for name in ("one", "two")
    ]
    async with application(settings) as running:
        cast = await assemble(running)
        meeting = Meeting(group_id=cast.group_id, starts_at=now())
        async with running.context.database.transaction() as db:
            db.add(meeting)
        for person in (cast.alice, cast.bob):
            await decides(person, cast.group_id, "audio", "granted")
        yield Two(Gathering(running, first, cast, str(meeting.id)), first, second)


def process(settings: Settings) -> Any:
    return node_process(environment_of(settings, free_port()))


async def last_said(
    both: Two, server: postgres.Server, command: type[Command], **fields: Any
) -> float:
    """Bob says it to the first node, which dies with it while the database is away. The Unix second
    when he was asked; the gathering is the second node's from then on."""
    gathering, cast = both.gathering, both.gathering.cast
    async with process(both.first) as killed:
        await lets_in(cast.alice, gathering)
        async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
            await alice.ask(StartRecording)
            for person in (cast.alice, cast.bob):
                await until_written(gathering, person)
            await asyncio.to_thread(server.kill)
            asked = time.time()
            await bob.ask(command, **fields)
            killed.kill()
            await killed.wait()
    await asyncio.to_thread(server.start)
    gathering.settings = both.second
    return asked


async def until_handed_over(gathering: Gathering) -> None:
    """The first node is back: it has read its journal, and its tapes have arrived."""
    people = (gathering.cast.alice, gathering.cast.bob)
    async with asyncio.timeout(START_S):
        while True:
            found = [tape for person in people for tape in await tapes(gathering, person)]
            if all(tape.state == "stored" for tape in found if tape.node_name == "one"):
                return
            await asyncio.sleep(0.05)


async def test_nothing_is_written_elsewhere_of_a_room_that_had_gone_off_the_record(
    server: postgres.Server, tmp_path: Path
) -> None:
    async with two(server, tmp_path) as both, AsyncExitStack() as stack:
        gathering, cast = both.gathering, both.gathering.cast
        asked = await last_said(both, server, GoOffRecord)
        await stack.enter_async_context(process(both.second))
        await lets_in(cast.alice, gathering)  # once the first node counts as dead
        async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
            await bob.is_told(True, 0, 2, False)
            await alice.ask(AgreeToRecord)
            await asyncio.sleep(1)
            await bob.is_told(True, 1, 2, False)
            assert not list(both.second.spool.glob("*/*.tape"))
            await bob.ask(AgreeToRecord)
            await bob.is_told(False, 0, 2, False)
            await bob.ask(DecideConsent, decision="granted", **OWN)
            await until(gathering, cast.bob, 2)
            assert len(await tapes(gathering, cast.alice)) == 1

            await stack.enter_async_context(process(both.first))
            # What she said of the record alone, her consents are again: her first node is read.
            (_, again) = await until(gathering, cast.alice, 2)
            await until_handed_over(gathering)
            came = [
                await arrivals(gathering, (await tapes(gathering, one))[0])
                for one in (cast.alice, cast.bob)
            ]
            off, taken_over = await spans(gathering)
    assert max(map(max, came)) < asked + LATE_S
    assert abs(off.started_at - datetime.fromtimestamp(asked, UTC)) < timedelta(seconds=1)
    assert off.ended_at == taken_over.started_at
    assert taken_over.ended_at is not None
    assert again.started_at > taken_over.ended_at


async def test_nothing_is_written_elsewhere_of_one_who_had_withdrawn(
    server: postgres.Server, tmp_path: Path
) -> None:
    async with two(server, tmp_path) as both, AsyncExitStack() as stack:
        gathering, cast = both.gathering, both.gathering.cast
        keeping = {"decision": "withdrawn", "keeps_earlier": True, **OWN}
        asked = await last_said(both, server, DecideConsent, **keeping)
        await stack.enter_async_context(process(both.second))
        await lets_in(cast.alice, gathering)
        async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
            for one in (alice, bob):
                await one.ask(AgreeToRecord)
            await bob.is_told(False, 0, 2, False)
            await alice.ask(DecideConsent, decision="granted", **OWN)
            await until(gathering, cast.alice, 2)
            await stack.enter_async_context(process(both.first))
            await until_handed_over(gathering)
            await asyncio.sleep(1)
            (tape,) = await tapes(gathering, cast.bob)
            came = await arrivals(gathering, tape)
        async with gathering.running.context.database.reading() as db:
            rows = await consent.chain(db, cast.group_id)
            ends = await consent.head(db, cast.group_id)
            recording = await db.get_one(Recording, tape.recording_id)
    assert max(came) < asked + LATE_S
    assert recording.node_name == "two"
    (row,) = [row for row in rows if row.decision == Decision.WITHDRAWN]
    assert row.user_id == cast.bob.id
    assert abs(row.decided_at - datetime.fromtimestamp(asked, UTC)) < timedelta(seconds=1)
    assert ledger.verify(rows, ends) is None
