"""What the node notes of what is published while it records, of everyone, and nothing else."""

import asyncio

from sqlmodel import col, select

from app.recordings.models import OffRecordSpan, PublicationSpan, SpanEnd
from signalling.messages import (
    AgreeToRecord,
    EndMeeting,
    GoOffRecord,
    Leave,
    SetMuted,
    StartRecording,
    StopRecording,
)
from tests.fixtures.cast import Person
from tests.fixtures.taped import decides, inside, until_written
from tests.signalling.conftest import Gathering


async def noted(gathering: Gathering, person: Person, ends: int) -> list[PublicationSpan]:
    """The person's spans, when so many of them have ended in the books."""
    query = select(PublicationSpan).where(PublicationSpan.user_id == person.id)
    async with asyncio.timeout(10):
        while True:
            async with gathering.running.context.database.reading() as db:
                found = (await db.exec(query.order_by(col(PublicationSpan.started_at)))).all()
            if sum(span.ended_at is not None for span in found) >= ends:
                return list(found)
            await asyncio.sleep(0.05)


async def test_spans_follow_mute_and_the_recording(gathering: Gathering) -> None:
    cast = gathering.cast
    await decides(cast.bob, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await bob.ask(SetMuted, source="microphone", muted=True)
        await bob.ask(SetMuted, source="microphone", muted=False)
        await alice.ask(StartRecording)
        await until_written(gathering, cast.bob)
        await bob.ask(SetMuted, source="microphone", muted=True)
        await bob.ask(SetMuted, source="microphone", muted=False)
        await alice.ask(StopRecording)
        spans = await noted(gathering, cast.bob, 2)
        await alice.ask(EndMeeting)

    assert [span.how_it_ended for span in spans] == [SpanEnd.MUTED, SpanEnd.STOPPED]
    assert [span.source for span in spans] == ["microphone", "microphone"]
    assert spans[0].ended_at is not None
    assert spans[0].started_at < spans[0].ended_at <= spans[1].started_at


async def test_who_is_not_recorded_is_noted_and_who_leaves(gathering: Gathering) -> None:
    cast = gathering.cast
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await alice.ask(StartRecording)
        await bob.ask(Leave)
        (span,) = await noted(gathering, cast.bob, 1)
        await alice.ask(EndMeeting)
        (other,) = await noted(gathering, cast.alice, 1)

    assert (span.how_it_ended, other.how_it_ended) == (SpanEnd.LEFT, SpanEnd.STOPPED)


async def test_off_the_record_nothing_is_noted_of_anybody(gathering: Gathering) -> None:
    cast = gathering.cast
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await alice.ask(StartRecording)
        await alice.ask(GoOffRecord)
        await bob.ask(SetMuted, source="microphone", muted=True)
        await bob.ask(SetMuted, source="microphone", muted=False)
        for one in (alice, bob):
            await one.ask(AgreeToRecord)
        async with asyncio.timeout(10):
            while not any(one.ended_at for one in await off_record(gathering)):
                await asyncio.sleep(0.05)
        await until_begun(gathering, cast.bob, 2)
        await alice.ask(EndMeeting)
        spans = await noted(gathering, cast.bob, 2)

    (off,) = await off_record(gathering)
    assert off.ended_at is not None
    assert [span.how_it_ended for span in spans] == [SpanEnd.OFF_RECORD, SpanEnd.STOPPED]
    assert spans[0].ended_at is not None
    assert spans[0].ended_at <= off.started_at < off.ended_at <= spans[1].started_at


async def until_begun(gathering: Gathering, person: Person, spans: int) -> None:
    async with asyncio.timeout(10):
        while len(await noted(gathering, person, 0)) < spans:
            await asyncio.sleep(0.05)


async def off_record(gathering: Gathering) -> list[OffRecordSpan]:
    async with gathering.running.context.database.reading() as db:
        return list((await db.exec(select(OffRecordSpan))).all())
