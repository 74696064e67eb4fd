"""A node is killed while the database is away, after somebody withdrew there and was told so."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.chat.models import ChatLine
from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Purpose
from app.kit import keys, migrate
from app.kit.db import now
from app.kit.ids import new_id
from app.kit.settings import NodeSettings
from app.meetings.models import Meeting
from app.recordings.models import Tape, TapeState
from signalling.journal import Journal
from signalling.messages import DecideConsent, RaiseHand, Say, StartRecording
from signalling.withdrawals import Withdrawal, Withdrawals
from tests.fixtures import postgres
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import Person, assemble
from tests.fixtures.installation import free_port
from tests.fixtures.node_process import START_S, lets_in, node_process
from tests.fixtures.taped import arrivals, decides, inside, tapes, until_written
from tests.signalling.conftest import Gathering
from tests.soak.kept_alive import environment_of

OWN: dict[str, Any] = {"purpose": "audio", "text_version": 1, "text_language": "fi"}
LATE_S = 0.05


async def test_what_an_earlier_life_heard_is_entered_before_the_first_meeting_and_once(
    gathering: Gathering,
) -> None:
    cast, settings = gathering.cast, gathering.settings
    await decides(cast.alice, cast.group_id, "audio", "granted")
    heard = Withdrawal(
        id=new_id(),
        user_id=cast.alice.id,
        group_id=cast.group_id,
        meeting_id=UUID(gathering.meeting_id),
        decision="withdrawn",
        keeps_earlier=True,
        decided_at=now(),
        **OWN,
    )
    for _ in range(2):  # the second time it was killed before it could forget it
        await gathering.stop()
        Withdrawals(Journal(settings.spool, keys.load(settings).installation)).heard(heard)
        await gathering.start()
        async with gathering.running.context.database.reading() as db:
            rows = await consent.chain(db, cast.group_id)
        assert [row.decision for row in rows] == ["granted", "withdrawn"]
        assert (rows[1].id, rows[1].decided_at) == (heard.id, heard.decided_at)
    assert list((settings.spool / "journal").iterdir()) == []


@pytest.mark.thorough
@pytest.mark.postgres
async def test_it_outlives_the_node_and_nothing_is_written_before_it_is_entered(
    server: postgres.Server, tmp_path: Path
) -> None:
    own_node = NodeSettings(name="node-1", port=free_port(), reserve_mb=0)
    settings = settings_at(tmp_path, server.new_database()).model_copy(update={"node": own_node})
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        for person, purpose in ((cast.alice, "audio"), (cast.alice, "chat"), (cast.bob, "audio")):
            await decides(person, cast.group_id, purpose, "granted")
        meeting = Meeting(group_id=cast.group_id, starts_at=now())
        async with running.context.database.transaction() as db:
            db.add(meeting)
        gathering = Gathering(running, settings, cast, str(meeting.id))
        variables = environment_of(settings, free_port())
        async with node_process(variables) as first:
            await lets_in(cast.alice, gathering)
            async with inside(gathering, cast.alice) as (alice,):
                await alice.ask(StartRecording)
                await until_written(gathering, cast.alice)
                await asyncio.to_thread(server.kill)
                withdrawn = time.time()
                await alice.ask(DecideConsent, decision="withdrawn", **OWN)
                await alice.ask(Say, text="Kuuluuko?")
                await alice.ask(RaiseHand, raised=True)  # nothing of hers waits for it
                assert "withdrawals_waiting" in alice.told
                first.kill()
        async with node_process(variables) as second:
            assert await second.wait() != 0  # it meets nobody before it has entered what it heard
        await asyncio.to_thread(server.start)
        async with node_process(variables):
            await lets_in(cast.alice, gathering)
            async with inside(gathering, cast.alice, cast.bob):
                await until_written(gathering, cast.bob)  # the recording goes on
                (tape,) = await _until_handed_over(gathering, cast.alice)
            came = await arrivals(gathering, tape)
        async with running.context.database.reading() as db:
            rows = await consent.chain(db, cast.group_id)
            (line,) = (await db.exec(select(ChatLine))).all()
    assert max(came) < withdrawn + LATE_S
    (row,) = [row for row in rows if row.decision == "withdrawn"]
    assert (row.user_id, row.purpose, row.meeting_id) == (cast.alice.id, Purpose.AUDIO, meeting.id)
    assert abs((row.decided_at - datetime.fromtimestamp(withdrawn, UTC)).total_seconds()) < 1
    assert ledger.verify(rows) is None
    assert line.text == "Kuuluuko?"
    assert list((settings.spool / "journal").iterdir()) == []


async def _until_handed_over(gathering: Gathering, person: Person) -> list[Tape]:
    async with asyncio.timeout(START_S):
        while True:
            found = await tapes(gathering, person)
            if all(tape.state == TapeState.STORED for tape in found):
                return found
            await asyncio.sleep(0.05)
