"""A node that was killed: when it starts again, what it left behind arrives, and nothing runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.consent import service as consent
from app.consent import texts
from app.consent.models import Decision, Purpose
from app.kit.db import now
from app.kit.ids import new_id
from app.kit.settings import NodeSettings, RelaySettings, Settings, StoreSettings
from app.meetings import placement
from app.meetings.models import Meeting, MeetingState, Node
from app.recordings import absence
from app.recordings import service as recordings
from app.recordings.models import Recording, Source, Tape, TapeState
from app.vault import service as vault
from media.clock import Clock
from media.tape.format import TapeOrder
from media.tape.reader import Ending, TapeReader
from media.tape.writer import TapeWriter
from signalling import node, recovery
from tests.app.conftest import cast, running, settings, template  # noqa: F401
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.tapes import OPUS, packets_of

DEADLINE_S = 15
PACKETS = [b"\x80\x6f" + bytes([n]) * 40 for n in range(3)]


@dataclass
class Remains:
    meeting_id: UUID
    recording_id: UUID
    torn: Tape
    never_begun: Tape
    key: bytes


async def crash(app: Application, cast: Cast, spool: Path) -> Remains:  # noqa: F811
    """The books say that it records; one tape is cut in its last chunk, one is not there."""
    context, user = app.context, cast.alice.id
    async with context.database.transaction() as db:
        meeting = Meeting(group_id=cast.group_id, starts_at=now() - timedelta(hours=1))
        db.add(meeting)
        await db.flush()
        version = await texts.current(db, cast.programme_id, "fi")
        row = await consent.decide(
            db,
            user_id=user,
            group_id=cast.group_id,
            meeting_id=None,
            purpose=Purpose.AUDIO,
            decision=Decision.GRANTED,
            text_version=version.version,
            text_language="fi",
            decided_by=user,
        )
        recording = await recordings.start(db, meeting.id, "test-node", now())
        key = await vault.data_key(db, context.keys, meeting.id, user, "audio")
        torn, never_begun = [
            await recordings.open_tape(
                db,
                recording.id,
                user_id=user,
                publication_id=name,
                source=Source.MICROPHONE,
                consent_id=row.id,
                data_key_id=key.id,
                node_name="test-node",
            )
            for name in ("one", "two")
        ]
    path = spool / torn.path
    path.parent.mkdir(parents=True)
    _write_torn(path, key.key)
    return Remains(meeting.id, recording.id, torn, never_begun, key.key)


def _write_torn(path: Path, key: bytes) -> None:
    """One chunk for each packet; the last one is cut short."""
    clock = Clock.capture()
    order = TapeOrder(path, "t", "m", "person", "one", "microphone", "consent", "key", key)
    writer = TapeWriter(order, OPUS, clock)
    for packet in PACKETS:
        writer.write(packet, clock.now())
        writer.flush()
    size = writer.size
    writer.close()
    path.write_bytes(path.read_bytes()[: size - 5])


@pytest.mark.parametrize("node_name", ["test-node", "another-node"])
async def test_tapes_of_an_earlier_life_are_handed_over_by_the_node_that_wrote_them(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
    node_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "RETURN_S", 0.2)
    remains = await crash(running, cast, settings.spool)
    own = settings.model_copy(
        update={
            "node": NodeSettings(name=node_name, port=0),
            "relay": RelaySettings(udp_port=0),
        }
    )
    stop = asyncio.Event()
    task = asyncio.create_task(node.run(own, stop))
    try:
        await _alive(running, node_name)
        if node_name == "test-node":
            await _handed_over(running, remains)
            await _stopped(running, remains)
    finally:
        stop.set()
        await task

    async with running.context.database.reading() as db:
        recording = await db.get_one(Recording, remains.recording_id)
        tapes = await recordings.tapes(db, remains.recording_id)
    if node_name == "another-node":
        assert (recording.state, len(tapes)) == ("running", 2)
        return
    assert recording.state == "stopped"
    assert [tape.id for tape in tapes] == [remains.torn.id]
    assert not (settings.spool / remains.torn.path).exists()
    reader = TapeReader(settings.data / "store" / remains.torn.path, remains.key)
    assert packets_of(reader) == PACKETS[:-1]
    assert reader.ending == Ending.TORN


async def test_what_was_erased_while_the_node_was_away_leaves_its_disk(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
) -> None:
    remains = await crash(running, cast, settings.spool)
    async with running.context.database.transaction() as db:
        (await db.get_one(Tape, remains.torn.id)).state = TapeState.ERASED
    async with started(settings):
        async with asyncio.timeout(DEADLINE_S):  # it is cleared away beside
            while await _is_spooled(running, remains.torn.id):
                await asyncio.sleep(0.05)
    assert not (settings.spool / remains.torn.path).exists()
    assert not (settings.data / "store" / remains.torn.path).exists()


async def _is_spooled(app: Application, tape_id: UUID) -> bool:
    async with app.context.database.reading() as db:
        return (await db.get_one(Tape, tape_id)).spooled


async def _alive(app: Application, name: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            async with app.context.database.reading() as db:
                if await db.get(Node, name) is not None:
                    return
            await asyncio.sleep(0.05)


async def _handed_over(app: Application, remains: Remains) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            async with app.context.database.reading() as db:
                tapes = await recordings.tapes(db, remains.recording_id)
            if [tape.state for tape in tapes] == [TapeState.STORED]:
                return
            await asyncio.sleep(0.05)


async def _stopped(app: Application, remains: Remains) -> None:
    """Nobody came back."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            async with app.context.database.reading() as db:
                recording = await db.get_one(Recording, remains.recording_id)
            if recording.state == "stopped":
                return
            await asyncio.sleep(0.05)


async def test_a_tape_whose_file_is_gone_is_entered_as_lost_and_keeps_nothing_waiting(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One was closed with its size; the other was being written, long before the last beat."""
    monkeypatch.setattr(recovery, "RETURN_S", 0.2)
    remains = await crash(running, cast, settings.spool)
    (settings.spool / remains.torn.path).unlink()
    async with running.context.database.transaction() as db:
        await recordings.close_tape(db, remains.torn.id, 480, now())
        await placement.heartbeat(db, name="test-node", public_url="", port=1, participants=0)
        (await db.get_one(Tape, remains.never_begun.id)).started_at = now() - timedelta(minutes=5)
        (await db.get_one(Meeting, remains.meeting_id)).state = MeetingState.ENDED

    async with started(settings):
        await _stopped(running, remains)
        async with asyncio.timeout(DEADLINE_S):
            while True:
                async with running.context.database.reading() as db:
                    tapes = await recordings.tapes(db, remains.recording_id)
                    ready = await recordings.finishable(db)
                if ready:
                    break
                await asyncio.sleep(0.05)

    assert [(tape.state, tape.size) for tape in tapes] == [("lost", 480), ("lost", 0)]


async def test_a_store_out_of_reach_keeps_no_recording_running(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "RETURN_S", 0.2)
    remains = await crash(running, cast, settings.spool)
    away = StoreSettings.model_validate(
        {
            "url": "s3://bucket",
            "s3_endpoint": "http://127.0.0.1:9",
            "s3_access_key": "k",
            "s3_secret_key": "s",
        }
    )
    async with started(settings.model_copy(update={"store": away})):
        await _stopped(running, remains)

    assert (settings.spool / remains.torn.path).exists()


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[None]:  # noqa: F811
    own = settings.model_copy(
        update={
            "node": NodeSettings(name="test-node", port=0),
            "relay": RelaySettings(udp_port=0),
        }
    )
    stop = asyncio.Event()
    task = asyncio.create_task(node.run(own, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def test_what_was_erased_while_the_machine_was_away_leaves_its_disk(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One tape was given up and then erased, one is in no book; a file of a meeting that is in no
    book either may belong to another database."""
    monkeypatch.setattr(recovery, "RETURN_S", 0.2)
    remains = await crash(running, cast, settings.spool)
    erased, struck = [settings.spool / t.path for t in (remains.torn, remains.never_begun)]
    struck.write_bytes(erased.read_bytes())
    foreign = settings.spool / str(new_id()) / f"{new_id()}.tape"
    foreign.parent.mkdir()
    foreign.write_bytes(b"sealed")
    async with running.context.database.transaction() as db:
        (await db.get_one(Tape, remains.torn.id)).state = TapeState.ERASED
        await db.delete(await db.get_one(Tape, remains.never_begun.id))

    async with started(settings):
        async with asyncio.timeout(DEADLINE_S):
            while erased.exists() or struck.exists():
                await asyncio.sleep(0.05)
        await _stopped(running, remains)

    assert foreign.exists()
    assert not list((settings.data / "store").rglob("*.tape"))


async def test_a_tape_entered_after_the_last_beat_is_taken_in_when_its_machine_returns(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was given up, as the page promises that nothing is lost by that."""
    monkeypatch.setattr(recovery, "RETURN_S", 0.2)
    remains = await crash(running, cast, settings.spool)
    async with running.context.database.transaction() as db:
        await placement.heartbeat(db, name="test-node", public_url="", port=1, participants=0)
        silent = placement.ALIVE_FOR - absence.GONE_FOR - timedelta(minutes=1)
        (await db.get_one(Node, "test-node")).expires_at = now() + silent
        (await db.get_one(Meeting, remains.meeting_id)).state = MeetingState.ENDED
        for tape in (remains.torn, remains.never_begun):
            (await db.get_one(Tape, tape.id)).started_at = now() - timedelta(minutes=2)
    path = f"/api/v1/recordings/{remains.recording_id}/do-without"
    assert (await cast.coordinator.client.post(path)).status_code == 202

    async with started(settings), asyncio.timeout(DEADLINE_S):
        while True:
            async with running.context.database.reading() as db:
                tapes = {t.id: t for t in await recordings.tapes(db, remains.recording_id)}
            if tapes[remains.torn.id].state == TapeState.STORED:
                break
            await asyncio.sleep(0.05)

    assert tapes[remains.never_begun.id].state == TapeState.LOST
    assert (settings.data / "store" / remains.torn.path).exists()
