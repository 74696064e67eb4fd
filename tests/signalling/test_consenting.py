"""Decisions that do not come through the room, or not into the ledger: the stricter one holds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from sqlalchemy import text

from app.consent import service as consent
from app.consent.models import ConsentDecision, Purpose
from app.kit.db import Database
from app.recordings.models import Tape
from app.simulation.participant import Refusal
from signalling.messages import DecideConsent, Done, Refused, StartRecording, Welcomed
from tests.fixtures.cast import Person
from tests.fixtures.stalled import line_to
from tests.fixtures.taped import DEADLINE_S, decides, inside, tapes, until_stored, until_written
from tests.fixtures.wire import Talker
from tests.signalling.conftest import Gathering


async def until_taped(gathering: Gathering, person: Person, count: int) -> list[Tape]:
    async with asyncio.timeout(DEADLINE_S):
        while len(found := await tapes(gathering, person)) < count:
            await asyncio.sleep(0.05)
    return found


async def test_a_grant_on_another_page_begins_a_tape_and_a_new_grant_a_new_one(
    gathering: Gathering,
) -> None:
    cast = gathering.cast
    async with inside(gathering, cast.alice) as (alice,):
        await alice.ask(StartRecording)
        await decides(cast.alice, cast.group_id, "audio", "granted")
        await until_written(gathering, cast.alice)

        await decides(cast.alice, cast.group_id, "audio", "withdrawn")
        await decides(cast.alice, cast.group_id, "audio", "granted")

        first, second = await until_taped(gathering, cast.alice, 2)
        assert first.consent_id != second.consent_id
        assert first.data_key_id != second.data_key_id  # so that each can be destroyed alone
    async with gathering.running.context.database.reading() as db:
        rows = [await db.get_one(ConsentDecision, t.consent_id) for t in (first, second)]
    assert [row.decision for row in rows] == ["granted", "granted"]


async def test_a_withdrawal_holds_even_if_the_ledger_did_not_take_it(gathering: Gathering) -> None:
    cast = gathering.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice, cast.bob) as (alice, _):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.alice)
        unknown = {"purpose": "audio", "text_version": 99, "text_language": "fi"}
        with pytest.raises(Refusal, match="text_version_unknown"):
            await alice.ask(DecideConsent, decision="withdrawn", **unknown)
        await until_stored(gathering, cast.alice)

        # When Bob's decision on another page has come through, the node has looked again.
        await decides(cast.bob, cast.group_id, "audio", "granted")
        await until_written(gathering, cast.bob)
        assert len(await tapes(gathering, cast.alice)) == 1

        # What she decides later, on another page, is in force again.
        await decides(cast.alice, cast.group_id, "audio", "withdrawn")
        await decides(cast.alice, cast.group_id, "audio", "granted")
        first, second = await until_taped(gathering, cast.alice, 2)
    assert first.consent_id != second.consent_id


async def test_a_withdrawal_is_written_once_the_ledger_is_back(gathering: Gathering) -> None:
    cast, database = gathering.cast, gathering.running.context.database
    await decides(cast.alice, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice) as (alice,):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.alice)

        async with ledger_away(database):
            own = {"purpose": "audio", "text_version": 1, "text_language": "fi"}
            await alice.ask(DecideConsent, decision="withdrawn", **own)
            assert alice.told.count("withdrawals_waiting") == 1
            await until_stored(gathering, cast.alice)  # the tape does not wait for it either
            with pytest.raises(Refusal, match="internal"):
                await alice.ask(DecideConsent, decision="granted", **own)
        async with asyncio.timeout(DEADLINE_S):
            while alice.told.count("withdrawals_waiting") < 2:
                await asyncio.sleep(0.05)

        async with database.reading() as db:
            latest = await consent.latest_of(db, cast.alice.id, cast.group_id)
        assert latest[Purpose.AUDIO].decision == "withdrawn"
        assert latest[Purpose.AUDIO].meeting_id == UUID(gathering.meeting_id)
        assert len(await tapes(gathering, cast.alice)) == 1


async def test_a_grant_after_it_is_after_it_in_the_ledger_and_neither_stands_there_twice(
    gathering: Gathering,
) -> None:
    cast, database = gathering.cast, gathering.running.context.database
    own = {"purpose": "audio", "text_version": 1, "text_language": "fi"}
    await decides(cast.alice, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice) as (alice,):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.alice)
        async with ledger_away(database):
            await alice.ask(DecideConsent, decision="withdrawn", **own)
        await alice.ask(DecideConsent, decision="granted", **own)  # before the node tries again
        first, second = await until_taped(gathering, cast.alice, 2)
        async with asyncio.timeout(DEADLINE_S):
            while alice.told.count("withdrawals_waiting") < 2:
                await asyncio.sleep(0.05)
        async with database.reading() as db:
            rows = await consent.chain(db, cast.group_id)
    assert [row.decision for row in rows] == ["granted", "withdrawn", "granted"]
    assert [first.consent_id, second.consent_id] == [rows[0].id, rows[2].id]


@pytest.mark.parametrize("also_by_the_socket", [False, True])
async def test_a_yes_that_was_held_up_takes_no_later_no_back(
    gathering: Gathering, *, also_by_the_socket: bool
) -> None:
    """The network stalls under a yes, and the page says no by HTTP; then the yes arrives."""
    alice, group_id = gathering.cast.alice, gathering.cast.group_id
    own = {"purpose": "audio", "text_version": 1, "text_language": "fi"}
    await decides(alice, group_id, "audio", "refused")
    address = await gathering.address(alice)
    async with (
        line_to(gathering.settings.node.port) as line,
        Talker(line.by_it(address)) as page,
    ):
        await page.hears(Welcomed)
        if also_by_the_socket:
            await page.ask(DecideConsent, Done, decision="refused", **own)
        line.stall()
        late = await page.send(DecideConsent, decision="granted", seen=1, **own)
        await decides(alice, group_id, "audio", "refused")
        line.flow()
        refused = await page.hears(Refused)
        assert (refused.ref, refused.code) == (late, "answered_since")
        async with gathering.running.context.database.reading() as db:
            rows = await consent.chain(db, group_id)
        assert {row.decision for row in rows} == {"refused"}

        await page.ask(DecideConsent, Done, decision="granted", seen=len(rows), **own)
        await page.ask(DecideConsent, Done, decision="withdrawn", **own)
        # It knows of its own no, which it has not read in the ledger.
        await page.ask(DecideConsent, Done, decision="granted", seen=len(rows), **own)
        async with gathering.running.context.database.reading() as db:
            rows = await consent.chain(db, group_id)
        assert [row.decision for row in rows[-3:]] == ["granted", "withdrawn", "granted"]


@asynccontextmanager
async def ledger_away(database: Database) -> AsyncIterator[None]:
    """The table goes by another name meanwhile, so that whatever asks for it fails."""
    move = "ALTER TABLE {} RENAME TO {}"
    here, away = "consent_decisions", "consent_decisions_away"
    async with database.transaction() as db:
        await (await db.connection()).execute(text(move.format(here, away)))
    try:
        yield
    finally:
        async with database.transaction() as db:
            await (await db.connection()).execute(text(move.format(away, here)))
