"""What is written of whom, with real media on a real node: consent rules where packets are kept."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlmodel import select

from app.consent.models import ConsentDecision
from app.recordings.models import Recording, Tape, TapeState
from app.simulation.participant import SimulatedPerson
from app.vault import service as vault
from media.tape.format import Packet
from media.tape.reader import TapeReader
from signalling.messages import DecideConsent, EndMeeting, StartRecording, StopRecording
from tests.fixtures.cast import Person
from tests.signalling.conftest import Gathering

DEADLINE_S = 15


async def decides(person: Person, group_id: UUID, purpose: str, decision: str) -> None:
    form = {"purpose": purpose, "decision": decision, "text_version": 1, "text_language": "fi"}
    answer = await person.client.post(f"/api/v1/groups/{group_id}/consents/me", json=form)
    assert answer.is_success, answer.text


@asynccontextmanager
async def inside(gathering: Gathering, *people: Person) -> AsyncIterator[list[SimulatedPerson]]:
    """These people, in the room and sending their voices; the first one facilitates."""
    present = []
    try:
        for number, person in enumerate(people):
            one = SimulatedPerson(number, person.user.name, person.client, camera=False)
            present.append(one)
            await one.join(gathering.meeting_id)
            await asyncio.wait_for(one.publish(), DEADLINE_S)
        yield present
    finally:
        await asyncio.gather(*(one.leave() for one in present))


async def tapes(gathering: Gathering, person: Person) -> list[Tape]:
    async with gathering.running.context.database.reading() as db:
        query = select(Tape).where(Tape.user_id == person.id).order_by(Tape.id)  # type: ignore[arg-type]
        return list((await db.exec(query)).all())


async def until_written(gathering: Gathering, person: Person, more_than: int = 0) -> Tape:
    """A tape of this person on the node's disk, once it holds more than so many bytes."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            for tape in await tapes(gathering, person):
                path = gathering.settings.spool / tape.path
                if path.exists() and path.stat().st_size > max(more_than, 2_000):
                    return tape
            await asyncio.sleep(0.05)


async def until_stored(gathering: Gathering, person: Person) -> list[Tape]:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found = await tapes(gathering, person)
            if found and all(tape.state == TapeState.STORED for tape in found):
                return found
            await asyncio.sleep(0.05)


async def packets(gathering: Gathering, tape: Tape) -> tuple[list[int], float]:
    """RTP sequence numbers on a stored tape, and the Unix second of the last packet's arrival."""
    context = gathering.running.context
    async with context.database.reading() as db:
        key = await vault.unwrap(db, context.keys, tape.data_key_id)
    reader = TapeReader(gathering.settings.data / "store" / tape.path, key)
    found = [record for record in reader if isinstance(record, Packet)]
    assert reader.ending == "closed"
    numbers = [struct.unpack_from("!H", packet.data, 2)[0] for packet in found]
    return numbers, reader.header.started_ns / 1e9 + found[-1].arrival_s


async def test_a_tape_is_written_of_those_who_consent_and_of_nobody_else(
    gathering: Gathering,
) -> None:
    cast = gathering.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    await decides(cast.bob, cast.group_id, "audio", "refused")
    async with inside(gathering, cast.alice, cast.bob, cast.carol) as (alice, _, _):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.alice)
        await alice.ask(StopRecording)
        (tape,) = await until_stored(gathering, cast.alice)

    numbers, _ = await packets(gathering, tape)
    assert len(numbers) > 20
    assert await tapes(gathering, cast.bob) == []
    assert await tapes(gathering, cast.carol) == []
    assert [p for p in gathering.settings.spool.rglob("*") if p.is_file()] == []


async def test_a_withdrawal_ends_the_tape_before_it_is_answered_and_only_that_tape(
    gathering: Gathering,
) -> None:
    cast = gathering.cast
    for person in (cast.alice, cast.bob):
        await decides(person, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.alice)
        await until_written(gathering, cast.bob)

        withdrawal = {"purpose": "audio", "text_version": 1, "text_language": "fi"}
        await bob.ask(DecideConsent, decision="withdrawn", **withdrawal)
        answered_at = time.time()

        (ended,) = await until_stored(gathering, cast.bob)
        size = (
            (gathering.settings.spool / (await tapes(gathering, cast.alice))[0].path).stat().st_size
        )
        await until_written(gathering, cast.alice, more_than=size)
        await alice.ask(EndMeeting)
        await until_stored(gathering, cast.alice)

    _, last_at = await packets(gathering, ended)
    assert last_at <= answered_at
    assert len(await tapes(gathering, cast.bob)) == 1
    async with gathering.running.context.database.reading() as db:
        rows = (await db.exec(select(ConsentDecision).order_by(ConsentDecision.sequence))).all()  # type: ignore[arg-type]
        assert (rows[-1].decision, str(rows[-1].meeting_id)) == ("withdrawn", gathering.meeting_id)
        recording = (await db.exec(select(Recording))).one()
    assert recording.state == "stopped"


async def test_a_grant_during_the_recording_begins_a_tape_under_that_very_row(
    gathering: Gathering,
) -> None:
    cast = gathering.cast
    async with inside(gathering, cast.alice) as (alice,):
        await alice.ask(StartRecording)
        assert await tapes(gathering, cast.alice) == []

        grant = {"purpose": "audio", "text_version": 1, "text_language": "fi"}
        await alice.ask(DecideConsent, decision="granted", **grant)

        tape = await until_written(gathering, cast.alice)
    async with gathering.running.context.database.reading() as db:
        row = await db.get_one(ConsentDecision, tape.consent_id)
    assert (row.user_id, row.decision, row.purpose) == (cast.alice.id, "granted", "audio")


async def test_a_withdrawal_on_another_page_reaches_the_room_too(gathering: Gathering) -> None:
    cast = gathering.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice) as (alice,):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.alice)
        await decides(cast.alice, cast.group_id, "audio", "withdrawn")
        await until_stored(gathering, cast.alice)
