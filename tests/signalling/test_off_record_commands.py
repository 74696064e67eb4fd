"""Off the record on a real node with real media: nothing is written, and nobody is named."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from app.recordings.models import OffRecordSpan, Recording, Tape
from app.simulation.participant import Refusal
from signalling.messages import (
    AgreeToRecord,
    GoOffRecord,
    Leave,
    OffRecordChanged,
    ServerMessage,
    StartRecording,
    StopRecording,
    Welcomed,
)
from tests.fixtures.cast import Person
from tests.fixtures.taped import (
    DEADLINE_S,
    Listener,
    decides,
    packets,
    tapes,
    until_stored,
    until_written,
)
from tests.signalling.conftest import Gathering


class Attentive(Listener):
    """Remembers what was said of the record, and everything else besides."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type]
        self.heard: list[ServerMessage] = []
        self.news = asyncio.Event()

    async def _hear(self, fact: ServerMessage) -> None:
        self.heard.append(fact)
        self.news.set()
        await super()._hear(fact)

    @property
    def record(self) -> tuple[bool, int, int, bool]:
        """(off, agreed, present, mine), as this person was told last."""
        states = [
            f.off_record if isinstance(f, OffRecordChanged) else f.room.off_record
            for f in self.heard
            if isinstance(f, OffRecordChanged | Welcomed)
        ]
        last = states[-1]
        return last.since is not None, last.agreed, last.present, last.mine

    async def is_told(self, *state: object) -> None:
        try:
            async with asyncio.timeout(DEADLINE_S):
                while self.record != state:
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            raise AssertionError(f"never told {state}, last {self.record}") from None


@contextlib.asynccontextmanager
async def inside(gathering: Gathering, *people: Person) -> AsyncIterator[list[Attentive]]:
    present: list[Attentive] = []
    try:
        for person in people:
            present.append(await entered(gathering, person))
        yield present
    finally:
        await asyncio.gather(*(one.leave() for one in present))


async def entered(gathering: Gathering, person: Person) -> Attentive:
    one = Attentive(0, person.user.name, person.client, camera=False)
    await one.join(gathering.meeting_id)
    await asyncio.wait_for(one.publish(), DEADLINE_S)
    return one


async def spans(gathering: Gathering) -> list[OffRecordSpan]:
    async with gathering.running.context.database.reading() as db:
        return list((await db.exec(select(OffRecordSpan).order_by("started_at"))).all())


async def until_off(gathering: Gathering) -> OffRecordSpan:
    """The only aside, once it is in the books."""
    async with asyncio.timeout(DEADLINE_S):
        while not (found := await spans(gathering)):
            await asyncio.sleep(0.02)
    (span,) = found
    return span


async def until(gathering: Gathering, person: Person, count: int) -> list[Tape]:
    async with asyncio.timeout(DEADLINE_S):
        while len(found := await tapes(gathering, person)) < count:
            await asyncio.sleep(0.05)
    return found


async def consented(gathering: Gathering) -> None:
    for person in (gathering.cast.alice, gathering.cast.bob):
        await decides(person, gathering.cast.group_id, "audio", "granted")


async def test_anyone_stops_everyones_tapes_and_all_must_agree_to_go_on(
    gathering: Gathering, caplog: pytest.LogCaptureFixture
) -> None:
    cast = gathering.cast
    await consented(gathering)
    async with inside(gathering, cast.alice, cast.bob, cast.olga) as (alice, bob, olga):
        await alice.ask(StartRecording)
        for person in (cast.alice, cast.bob):
            await until_written(gathering, person)

        with caplog.at_level(logging.DEBUG, "signalling"):
            await olga.ask(GoOffRecord)  # an observer, who is not recorded herself
        span = await until_off(gathering)
        assert span.ended_at is None
        for one in (alice, bob, olga):
            await one.is_told(True, 0, 3, False)
        cut = [(await until_stored(gathering, person))[0] for person in (cast.alice, cast.bob)]
        for tape in cut:
            _, last_s = await packets(gathering, tape)
            assert last_s <= span.started_at.timestamp() + 0.050

        for one in (alice, bob):
            await one.ask(AgreeToRecord)
        await bob.is_told(True, 2, 3, True)
        await olga.is_told(True, 2, 3, False)
        assert len(await tapes(gathering, cast.alice)) == 1

        await olga.ask(AgreeToRecord)
        await bob.is_told(False, 0, 3, False)
        for person in (cast.alice, cast.bob):
            await until(gathering, person, 2)
        await until_written(gathering, cast.bob)
    (span,) = await spans(gathering)
    assert span.ended_at is not None
    new = (await tapes(gathering, cast.alice))[1]
    assert new.started_at >= span.ended_at > span.started_at
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "off the record" in told
    assert str(cast.olga.id)[-8:] not in told
    assert "Olga" not in told


async def test_the_last_to_agree_may_be_the_one_who_leaves(gathering: Gathering) -> None:
    cast = gathering.cast
    await consented(gathering)
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.bob)
        await bob.ask(GoOffRecord)
        await alice.ask(AgreeToRecord)
        carol = await entered(gathering, cast.carol)
        await alice.is_told(True, 1, 3, True)  # a newcomer must agree, too
        await bob.ask(AgreeToRecord)
        await alice.is_told(True, 2, 3, True)
        assert len(await tapes(gathering, cast.bob)) == 1

        await carol.ask(Leave)
        await carol.leave()
        await alice.is_told(False, 0, 2, False)
        await until(gathering, cast.bob, 2)


async def test_what_was_agreed_can_be_taken_back(gathering: Gathering) -> None:
    cast = gathering.cast
    await consented(gathering)
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        with pytest.raises(Refusal, match="not_recording"):
            await bob.ask(GoOffRecord)
        await alice.ask(StartRecording)
        with pytest.raises(Refusal, match="not_off_record"):
            await bob.ask(AgreeToRecord)
        await bob.ask(GoOffRecord)
        await alice.ask(AgreeToRecord)

        await bob.ask(GoOffRecord)
        await bob.ask(AgreeToRecord)

        await alice.is_told(True, 1, 2, False)
        await until_off(gathering)


async def test_stopping_and_starting_does_not_get_round_it(gathering: Gathering) -> None:
    cast = gathering.cast
    await consented(gathering)
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.bob)
        await bob.ask(GoOffRecord)
        await alice.ask(StopRecording)
        await alice.ask(StartRecording)
        # a grant on another page, a new publication: whatever would begin a tape does not
        await decides(cast.bob, cast.group_id, "video", "granted")
        carol = await entered(gathering, cast.carol)
        await carol.ask(Leave)
        await carol.leave()
        assert len(await tapes(gathering, cast.bob)) == 1
        await alice.ask(AgreeToRecord)
        await bob.ask(AgreeToRecord)
        await until(gathering, cast.bob, 2)


async def test_it_survives_a_restart_of_the_node(gathering: Gathering) -> None:
    cast = gathering.cast
    await consented(gathering)
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await alice.ask(StartRecording)
        await until_written(gathering, cast.bob)
        await bob.ask(GoOffRecord)
        await gathering.stop()
    await gathering.start()
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await bob.is_told(True, 0, 2, False)
        assert len(await tapes(gathering, cast.bob)) == 1
        await alice.ask(AgreeToRecord)
        await bob.ask(AgreeToRecord)
        await until(gathering, cast.bob, 2)
    async with gathering.running.context.database.reading() as db:
        assert (await db.exec(select(Recording.state))).one() == "running"
