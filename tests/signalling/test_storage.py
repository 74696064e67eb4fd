"""A disk that is really full, under a real node and people who speak on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from app.kit.settings import Settings
from app.meetings.models import Node
from app.recordings import interruptions
from app.recordings.models import Recording, RecordingInterruption
from app.vault import service as vault
from media.tape import disk
from media.tape.reader import TapeReader
from signalling import node, storage
from signalling.messages import (
    EndMeeting,
    RecordingInterrupted,
    RecordingResumed,
    Say,
    ServerMessage,
    StartRecording,
    StopRecording,
    Welcomed,
)
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.small_disk import fill, small_disk
from tests.fixtures.taped import Listener, decides, inside, tapes, until_stored, until_written
from tests.signalling.conftest import Gathering, gathered

DEADLINE_S = 20


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Four megabytes; looked at often, so that a test need not wait as people do."""
    monkeypatch.setattr(storage, "LOOK_S", 0.1)
    monkeypatch.setattr(node, "BEAT_S", 0.2)
    monkeypatch.setattr(disk, "PAUSE_S", 0.5)
    with small_disk(tmp_path / "spool", 4) as folder:
        yield folder


@pytest.fixture(params=[0, 1], ids=["refused by the disk", "below the reserve"])
async def full_soon(
    request: pytest.FixtureRequest,
    running: Application,
    cast: Cast,
    settings: Settings,
    spool: Path,
) -> AsyncIterator[Gathering]:
    """A node whose disk is small; without a reserve it meets the refusal of a write itself."""
    async with gathered(running, cast, settings, spool=spool, reserve_mb=request.param) as found:
        yield found


async def until_told(people: list[Listener], fact: type[ServerMessage], times: int = 1) -> None:
    """Until every one of them has heard it so often."""
    kind = fact.model_fields["type"].default
    async with asyncio.timeout(DEADLINE_S):
        while not all(one.told.count(kind) >= times for one in people):
            await asyncio.sleep(0.02)


async def stated(gathering: Gathering) -> list[RecordingInterruption]:
    async with gathering.running.context.database.reading() as db:
        recording = (await db.exec(select(Recording))).one()
        return await interruptions.of_recording(db, recording.id)


async def until_ended(gathering: Gathering) -> RecordingInterruption:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found = await stated(gathering)
            if len(found) == 1 and found[0].ended_at is not None:
                return found[0]
            await asyncio.sleep(0.05)


async def written_s(gathering: Gathering, user_id: UUID) -> list[tuple[float, float, str]]:
    """Of each stored tape of a person: Unix seconds of its first and last packet, and its end."""
    context, spans = gathering.running.context, []
    person = next(p for p in (gathering.cast.alice, gathering.cast.bob) if p.id == user_id)
    for tape in await until_stored(gathering, person):
        async with context.database.reading() as db:
            key = await vault.unwrap(db, context.keys, tape.data_key_id)
        reader = TapeReader(gathering.settings.data / "store" / tape.path, key)
        times = [record.arrival_s for record in reader]
        zero = reader.header.started_ns / 1e9
        spans.append((zero + times[0], zero + times[-1], str(reader.ending)))
    return spans


async def test_a_full_disk_interrupts_the_recording_and_not_the_meeting(
    full_soon: Gathering, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cast = full_soon.cast
    for person in (cast.alice, cast.bob):
        await decides(person, cast.group_id, "audio", "granted")
    async with inside(full_soon, cast.alice, cast.bob) as people:
        alice, bob = people
        await alice.ask(StartRecording)
        await until_written(full_soon, cast.alice)
        await until_written(full_soon, cast.bob)
        with caplog.at_level(logging.ERROR, "signalling.storage"):
            other = fill(spool)
            await until_told(people, RecordingInterrupted)
        alerts = [r for r in caplog.records if "storage alert" in r.getMessage()]
        begun = len(await tapes(full_soon, cast.alice))

        # The meeting goes on: words, voices, and the page of who comes in now says it too.
        heard = await bob.packets_heard()
        await alice.ask(Say, text="Kuuletteko?")
        await asyncio.sleep(1.5)
        assert await bob.packets_heard() > heard + 30
        async with await full_soon.talker(cast.olga) as olga:
            seen = (await olga.hears(Welcomed)).room.recording
        await _alerted(full_soon)
        assert len(await tapes(full_soon, cast.alice)) == begun  # no storm of new tapes
        assert len(alerts) == 1

        other.unlink()
        await until_told(people, RecordingResumed)
        await until_written(full_soon, cast.alice)
        await asyncio.sleep(1)
        gap = await until_ended(full_soon)
        await alice.ask(EndMeeting)

    assert (seen.running, seen.interrupted) == (True, "disk")
    assert gap.reason == "disk"
    for person in (cast.alice, cast.bob):
        (_, last, _), (first, _, ending) = await written_s(full_soon, person.id)
        assert _near(gap.started_at, last, 0.5)
        assert gap.ended_at is not None
        assert _near(gap.ended_at, first, 1.0)
        assert ending == "closed"
    assert (await stated(full_soon))[0].ended_at == gap.ended_at


async def test_a_recording_that_begins_on_a_full_disk_waits_for_room(
    full_soon: Gathering, spool: Path
) -> None:
    cast = full_soon.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    other = fill(spool)
    async with inside(full_soon, cast.alice) as people:
        await people[0].ask(StartRecording)
        await until_told(people, RecordingInterrupted)
        other.unlink()
        await until_told(people, RecordingResumed)
        await until_written(full_soon, cast.alice)
        await people[0].ask(EndMeeting)


async def test_stopping_while_it_is_interrupted_ends_both(
    full_soon: Gathering, spool: Path
) -> None:
    cast = full_soon.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    async with inside(full_soon, cast.alice) as people:
        await people[0].ask(StartRecording)
        await until_written(full_soon, cast.alice)
        other = fill(spool)
        await until_told(people, RecordingInterrupted)
        await people[0].ask(StopRecording)
        gap = await until_ended(full_soon)
        other.unlink()
        await asyncio.sleep(1)
        assert "recording_resumed" not in people[0].told
    async with full_soon.running.context.database.reading() as db:
        recording = (await db.exec(select(Recording))).one()
    assert (recording.state, recording.stopped_at) == ("stopped", gap.ended_at)


async def _alerted(gathering: Gathering) -> None:
    """`/healthz` says so."""
    running = gathering.running
    async with asyncio.timeout(DEADLINE_S):
        while True:
            async with running.context.database.reading() as db:
                found = await db.get(Node, "test-node")
            if found is not None and found.full_since is not None:
                break
            await asyncio.sleep(0.05)
    anyone = await running.client()
    assert (await anyone.get("/healthz")).json()["recording"] == "interrupted"


def _near(moment: datetime, unix_s: float, within_s: float) -> bool:
    return abs(moment.timestamp() - unix_s) < within_s
