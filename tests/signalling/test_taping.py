"""What is written of whom, with real media on a real node: consent rules where packets are kept."""

import asyncio
import time

from sqlmodel import select

from app.consent.models import ConsentDecision
from app.recordings.models import Recording
from signalling.ledger_watch import LOOK_S
from signalling.messages import DecideConsent, EndMeeting, StartRecording, StopRecording, Welcomed
from tests.fixtures.taped import (
    decides,
    inside,
    packets,
    tapes,
    until_stored,
    until_written,
)
from tests.signalling.conftest import Gathering


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
    left = [path.name for path in gathering.settings.spool.rglob("*") if path.is_file()]
    assert left == ["journal.id"]


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


async def test_a_lost_websocket_ends_neither_the_media_nor_the_tape(gathering: Gathering) -> None:
    cast = gathering.cast
    await decides(cast.bob, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await alice.ask(StartRecording)
        tape = await until_written(gathering, cast.bob)
        assert bob.resume_token is not None

        bob.hang_up()
        size = (gathering.settings.spool / tape.path).stat().st_size
        async with gathering.resuming(bob.resume_token) as again:
            back = await again.hears(Welcomed)
            assert back.resumed
            (microphone,) = [p for p in back.room.publications if p.participant == back.participant]
            assert microphone.recorded
            same = await until_written(gathering, cast.bob, more_than=size)
            assert same.id == tape.id
            assert microphone.id == tape.publication_id


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
        await asyncio.sleep(2)  # by now the node has read the ledger as it was
        await decides(cast.alice, cast.group_id, "audio", "withdrawn")
        withdrawn_at = time.time()
        (tape,) = await until_stored(gathering, cast.alice)

    _, last_at = await packets(gathering, tape)
    assert last_at < withdrawn_at + LOOK_S + 0.5
