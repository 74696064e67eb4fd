"""How soon a withdrawal ends a tape, by the tape's own arrival times, with real media."""

import asyncio
import logging
import time
from typing import Any

import pytest

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Purpose
from signalling import connection
from signalling.messages import (
    ClientMessage,
    Command,
    DecideConsent,
    EndMeeting,
    GoOffRecord,
    StartRecording,
)
from tests.fixtures.taped import (
    DEADLINE_S,
    Listener,
    arrivals,
    decides,
    held,
    inside,
    tapes,
    until_stored,
    until_written,
)
from tests.signalling.conftest import Gathering

logger = logging.getLogger(__name__)

TEXT: dict[str, Any] = {"text_version": 1, "text_language": "fi"}
ROUNDS = 8
LIMIT_S = 0.050
"""What people are promised. Measured: no packet at all that came later than the withdrawal."""


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The Unix seconds at which the frames of withdrawals reached the node's process."""
    moments: list[float] = []
    decode = connection.decode

    def noted(data: str | bytes) -> ClientMessage:
        moment = time.time()
        command = decode(data)
        if isinstance(command, DecideConsent) and command.decision == "withdrawn":
            moments.append(moment)
        return command

    monkeypatch.setattr(connection, "decode", noted)
    return moments


async def test_no_packet_is_written_that_came_later_than_the_withdrawal(
    gathering: Gathering, reached: list[float]
) -> None:
    cast = gathering.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    alice = Listener(0, "Alice", cast.alice.client, camera=False)
    bob = Listener(1, "Bob", cast.bob.client, camera=True)
    try:
        for one in (alice, bob):
            await one.join(gathering.meeting_id)
            await asyncio.wait_for(one.publish(), DEADLINE_S)
        await alice.ask(StartRecording)
        for number in range(ROUNDS):
            for purpose in ("audio", "video"):
                await bob.ask(DecideConsent, purpose=purpose, decision="granted", **TEXT)
            await grown(gathering, 2 * number + 2)
            for purpose in ("audio", "video"):
                await bob.ask(
                    DecideConsent,
                    purpose=purpose,
                    decision="withdrawn",
                    keeps_earlier=number % 2 == 0,
                    **TEXT,
                )
        await asyncio.sleep(
            4 * LIMIT_S
        )  # what is sent meanwhile must be on nobody's tape but alice's
        await alice.ask(EndMeeting)
        found = await until_stored(gathering, cast.bob)
        (alices,) = await until_stored(gathering, cast.alice)
    finally:
        await asyncio.gather(alice.leave(), bob.leave())

    sent_on = await arrivals(gathering, alices)
    assert len(reached) == 2 * ROUNDS == len(found)
    late = []
    for tape in found:
        came = await arrivals(gathering, tape)
        assert len(came) > 3
        voice, picture = [moment for moment in reached if moment >= came[0]][:2]
        withdrawn = voice if tape.source == "microphone" else picture
        assert any(moment > withdrawn + LIMIT_S for moment in sent_on)
        assert [moment for moment in came if moment > withdrawn + LIMIT_S] == []
        late.append(came[-1] - withdrawn)
    async with gathering.running.context.database.reading() as db:
        closed = ledger.closed_at(await consent.chain(db, cast.group_id))
    for tape in found:  # else it would be cut off again when the recording is finished
        assert tape.ended_at is not None
        assert tape.ended_at <= closed[tape.consent_id]
    logger.warning("the last packet came %.1f ms after the withdrawal at most", max(late) * 1000)


@pytest.mark.parametrize(
    "command",
    [
        DecideConsent(ref=9_001, purpose="video", decision="granted", **TEXT),
        pytest.param(EndMeeting(ref=9_001), marks=pytest.mark.thorough),
    ],
    ids=lambda command: command.type,
)
@pytest.mark.parametrize(
    "last", ["withdrawn", pytest.param("off the record", marks=pytest.mark.thorough)]
)
async def test_it_waits_for_nothing_else_that_its_sender_asked(
    gathering: Gathering, command: Command, last: str
) -> None:
    """Others hold the database, as long as it takes."""
    cast = gathering.cast
    for person in (cast.alice, cast.bob):
        await decides(person, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await alice.ask(StartRecording)
        for person in (cast.alice, cast.bob):
            await until_written(gathering, person)
        async with held(gathering.running):
            await alice.send(command)
            await asyncio.sleep(0.05)
            asked = time.time()  # it reaches the node later
            if last == "withdrawn":
                own = {"purpose": "audio", "decision": "withdrawn", "keeps_earlier": True}
                await alice.send(DecideConsent(ref=9_002, **own, **TEXT))
            else:
                await alice.send(GoOffRecord(ref=9_002))
            await asyncio.sleep(0.5)
        if not isinstance(command, EndMeeting):
            await alice.ask(EndMeeting)
        async with asyncio.timeout(DEADLINE_S):
            await bob.ended.wait()
        (cut,) = await until_stored(gathering, cast.alice)
        (bobs,) = await until_stored(gathering, cast.bob)
    assert max(await arrivals(gathering, cut)) < asked + LIMIT_S
    if last == "withdrawn":
        assert max(await arrivals(gathering, bobs)) > asked + 0.4


@pytest.mark.parametrize("last", ["granted", "withdrawn"])
async def test_what_was_said_last_holds_however_long_the_database_takes(
    gathering: Gathering, last: str
) -> None:
    cast = gathering.cast
    own = {"purpose": "audio", **TEXT}
    said = ["granted", "withdrawn", "granted", "withdrawn"][: 4 if last == "withdrawn" else 3]
    async with inside(gathering, cast.alice) as (alice,):
        await alice.ask(StartRecording)
        async with asyncio.TaskGroup() as asking, held(gathering.running):
            for decision in said:
                asking.create_task(alice.ask(DecideConsent, decision=decision, **own))
            await asyncio.sleep(0.3)
        if last == "granted":
            await until_written(gathering, cast.alice)
        async with gathering.running.context.database.reading() as db:
            latest = await consent.latest_of(db, cast.alice.id, cast.group_id)
        assert latest[Purpose.AUDIO].decision == last
        assert len(await tapes(gathering, cast.alice)) == (last == "granted")


async def grown(gathering: Gathering, count: int) -> None:
    """So many tapes of bob are on the disk, and the newest hold some packets."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found = await tapes(gathering, gathering.cast.bob)
            paths = [gathering.settings.spool / tape.path for tape in found[-2:]]
            if len(found) == count and all(p.exists() and p.stat().st_size > 3_000 for p in paths):
                return
            await asyncio.sleep(0.02)
