"""Off the record while the database is held by others, and a node that is killed meanwhile."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from app.kit import keys
from app.kit.db import now
from app.kit.ids import new_id
from app.kit.settings import NodeSettings, Settings
from app.meetings.models import Meeting
from app.recordings.models import Recording
from signalling.asides import KIND, Aside
from signalling.journal import Journal
from signalling.messages import AgreeToRecord, GoOffRecord, StartRecording
from tests.app.conftest import cast, running, settings, template  # noqa: F401
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.installation import free_port
from tests.fixtures.node_process import lets_in, node_process
from tests.fixtures.taped import DEADLINE_S, arrivals, held, until_stored, until_written
from tests.signalling.conftest import Gathering
from tests.signalling.test_off_record_commands import consented, inside, spans, until, until_off
from tests.soak.kept_alive import environment_of

LATE_S = 0.05
SOON_S = 2.0


async def test_what_an_earlier_life_heard_is_entered_before_the_first_meeting_and_once(
    gathering: Gathering,
) -> None:
    await consented(gathering)
    people = gathering.cast.alice, gathering.cast.bob
    async with inside(gathering, *people) as (alice, _):
        await alice.ask(StartRecording)
        await until_written(gathering, people[1])
        await gathering.stop()
    async with gathering.running.context.database.reading() as db:
        recording = (await db.exec(select(Recording))).one()
    heard = Aside(id=new_id(), recording_id=recording.id, started_at=now())
    gone = Aside(id=new_id(), recording_id=new_id(), started_at=now())
    journal = Journal(gathering.settings.spool, keys.load(gathering.settings).installation)
    for _ in range(2):  # the second time it was killed before it could forget it
        for one in (heard, gone):
            journal.put(KIND, one.id, one.model_dump_json())
        await gathering.start()
        async with inside(gathering, *people) as (alice, _):
            await alice.is_told(True, 0, 2, False)
        await gathering.stop()
    await gathering.start()
    (span,) = await spans(gathering)
    assert (span.id, span.started_at, span.ended_at) == (heard.id, heard.started_at, None)
    assert len(await until(gathering, people[1], 1)) == 1
    # of no recording that there is: it waits on, and keeps no node from its work
    assert [Aside.model_validate_json(text) for text in journal.left(KIND)] == [gone]


async def test_nobody_waits_for_a_database_that_others_hold(gathering: Gathering) -> None:
    people = gathering.cast.alice, gathering.cast.bob
    await consented(gathering)
    async with inside(gathering, *people) as (alice, bob):
        await alice.ask(StartRecording)
        await until_written(gathering, people[1])
        async with held(gathering.running):
            asked = time.monotonic()
            await bob.ask(GoOffRecord)
            assert time.monotonic() - asked < SOON_S
            assert len(list((gathering.settings.spool / "journal").glob(f"*.{KIND}"))) == 1
            assert await spans(gathering) == []
            for one in (alice, bob):  # it ends in the books after it has begun there
                await one.ask(AgreeToRecord)
            await asyncio.sleep(0.2)
            await alice.is_told(True, 2, 2, True)
            assert len(await until(gathering, people[1], 1)) == 1
        await alice.is_told(False, 0, 2, False)
        await until(gathering, people[1], 2)
    (span,) = await spans(gathering)
    assert span.ended_at is not None
    assert list((gathering.settings.spool / "journal").iterdir()) == []


async def test_who_objects_while_the_books_are_written_is_heard(gathering: Gathering) -> None:
    people = gathering.cast.alice, gathering.cast.bob
    await consented(gathering)
    async with inside(gathering, *people) as (alice, bob):
        await alice.ask(StartRecording)
        await until_written(gathering, people[1])
        await bob.ask(GoOffRecord)
        await until_off(gathering)
        async with held(gathering.running):
            for one in (alice, bob):
                await one.ask(AgreeToRecord)
            await asyncio.sleep(0.2)
            await bob.ask(GoOffRecord)
            # a node that is killed now finds in its journal that it is off the record
            assert len(list((gathering.settings.spool / "journal").glob(f"*.{KIND}"))) == 1
        async with asyncio.timeout(DEADLINE_S):
            while len(found := await spans(gathering)) < 2:
                await asyncio.sleep(0.02)
        await alice.is_told(True, 0, 2, False)
        assert found[0].ended_at == found[1].started_at
        assert found[1].ended_at is None
        assert len(await until(gathering, people[1], 1)) == 1


@pytest.mark.thorough
async def test_it_outlives_a_node_that_is_killed_while_others_hold_the_database(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
) -> None:
    own_node = NodeSettings(name="node-1", port=free_port(), reserve_mb=0)
    own = settings.model_copy(update={"node": own_node})
    meeting = Meeting(group_id=cast.group_id, starts_at=now())
    async with running.context.database.transaction() as db:
        db.add(meeting)
    gathering = Gathering(running, own, cast, str(meeting.id))
    await consented(gathering)
    variables = environment_of(own, free_port())
    async with node_process(variables) as first:
        await lets_in(cast.alice, gathering)
        async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
            await alice.ask(StartRecording)
            for person in (cast.alice, cast.bob):
                await until_written(gathering, person)
            async with held(running):
                asked = time.time()
                await bob.ask(GoOffRecord)
                await alice.is_told(True, 0, 2, False)
                first.kill()
                await first.wait()
    assert await spans(gathering) == []
    async with node_process(variables):
        await lets_in(cast.alice, gathering)
        async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
            await bob.is_told(True, 0, 2, False)
            kept = [(await until_stored(gathering, one))[0] for one in (cast.alice, cast.bob)]
            came = [max(await arrivals(gathering, tape)) for tape in kept]
            for one in (alice, bob):
                await one.ask(AgreeToRecord)
            new = [(await until(gathering, one, 2))[1] for one in (cast.alice, cast.bob)]
    assert max(came) < asked + LATE_S
    (span,) = await spans(gathering)
    assert abs(span.started_at - datetime.fromtimestamp(asked, UTC)) < timedelta(seconds=1)
    assert span.ended_at is not None
    assert all(tape.started_at >= span.ended_at for tape in new)
    assert list((own.spool / "journal").iterdir()) == []
