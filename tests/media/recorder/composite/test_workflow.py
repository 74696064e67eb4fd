"""A composite from asking to playing, through a worker's process; killed, called off, withdrawn."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import numpy as np
import pytest
from sqlmodel import select

from app.accounts.actor import Actor
from app.accounts.models import User
from app.composites import service
from app.composites.models import Composite, CompositeState
from app.consent.models import Purpose
from app.kit.settings import Settings
from app.recordings.models import FileKind, Recording, RecordingFile, RecordingState
from app.vault import service as vault
from app.vault.models import DataKey
from media.sealed import SealedReader
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker, record, start_worker

DEADLINE_S = 240
LENGTH_S = 12
SPEAKERS = [
    Speaker("Aino Virtanen", [(1, 4), (8, 11)], video=True),
    Speaker("Bengt Holm", [(5, 7)], pitch=20, joins_s=1.5, video=True, codec="h264"),
    Speaker("Carol", [(2, 3)], purposes=[Purpose.AUDIO], pitch=80),
    Speaker("Dave", [(2, 11)], purposes=[], pitch=10),
]


pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def meeting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RecordedMeeting]:
    monkeypatch.setenv("EMESSI_WORKER__VIDEO_NICENESS", "0")  # tests do not give way
    recorded = await record(Settings(data=tmp_path / "data"), LENGTH_S, SPEAKERS)
    yield recorded
    await recorded.context.database.close()


async def ask(meeting: RecordedMeeting) -> None:
    async with meeting.context.database.transaction() as db:
        administrator = User(name="Administrator", is_administrator=True)
        db.add(administrator)
        await db.flush()
        actor = Actor(administrator.id, True, "fi")
        await service.request(db, actor, meeting.recording_id)


async def composite(meeting: RecordedMeeting) -> Composite | None:
    async with meeting.context.database.reading() as db:
        return (await db.exec(select(Composite))).one_or_none()


async def until(meeting: RecordedMeeting, true: Callable[[Composite], bool]) -> Composite:
    deadline = time.monotonic() + DEADLINE_S
    while (row := await composite(meeting)) is None or not true(row):
        assert time.monotonic() < deadline, (meeting.settings.data / "worker.log").read_text()
        await asyncio.sleep(0.05)
    return row


async def finished(meeting: RecordedMeeting) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        async with meeting.context.database.reading() as db:
            row = await db.get_one(Recording, meeting.recording_id)
        if row.state == RecordingState.READY:
            return
        assert time.monotonic() < deadline, (meeting.settings.data / "worker.log").read_text()
        await asyncio.sleep(0.05)


async def made(meeting: RecordedMeeting) -> RecordingFile | None:
    async with meeting.context.database.reading() as db:
        query = select(RecordingFile).where(RecordingFile.kind == FileKind.COMPOSITE)
        return (await db.exec(query)).one_or_none()


async def plain(meeting: RecordedMeeting, file: RecordingFile) -> bytes:
    async with meeting.context.database.reading() as db:
        key = await vault.unwrap(db, meeting.context.keys, file.data_key_id)
    reader = await SealedReader.open(meeting.store, file.path, key)
    return await reader.read(0, reader.size)


def is_over(row: Composite) -> bool:
    return row.state not in (CompositeState.WAITING, CompositeState.RENDERING)


async def test_everybody_who_agreed_is_in_one_picture_over_the_common_sound(
    meeting: RecordedMeeting,
) -> None:
    worker = start_worker(meeting.settings.data)
    try:
        await finished(meeting)
        await ask(meeting)
        row = await until(meeting, is_over)
        assert (row.state, row.progress) == (CompositeState.READY, 100)
        await until_cleared(meeting)
    finally:
        worker.terminate()
        worker.wait(DEADLINE_S)
    file = await made(meeting)
    assert file is not None
    content = await plain(meeting, file)

    with av.open(io.BytesIO(content), "r") as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert (container.duration or 0) / 1e6 == pytest.approx(LENGTH_S, abs=0.3)
    assert len(pictures) == LENGTH_S * 15
    assert pictures[0].shape == (720, 1280, 3)
    async with meeting.context.database.reading() as db:
        files = (await db.exec(select(RecordingFile))).all()
    mixdown = await plain(meeting, next(f for f in files if f.kind == FileKind.MIXDOWN))
    assert sound_of(content) == sound_of(mixdown)
    person = [f.media_type for f in files if f.kind == FileKind.PERSON]
    assert sorted(person) == ["video/mp4", "video/webm", "video/webm"]


def sound_of(content: bytes) -> list[bytes]:
    with av.open(io.BytesIO(content), "r") as container:
        return [bytes(packet) for packet in container.demux(audio=0) if bytes(packet)]


async def until_cleared(meeting: RecordedMeeting) -> None:
    """Waits until no piece is left in the store."""
    deadline = time.monotonic() + DEADLINE_S
    while any(".piece" in p for p in await meeting.store.list(f"{meeting.meeting_id}")):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def until_piece(meeting: RecordedMeeting, number: int) -> None:
    """Waits until this piece lies in the store."""
    deadline = time.monotonic() + DEADLINE_S
    while not any(
        place.endswith(f"/{number}.piece")
        for place in await meeting.store.list(f"{meeting.meeting_id}")
    ):
        assert time.monotonic() < deadline, (meeting.settings.data / "worker.log").read_text()
        await asyncio.sleep(0.05)


async def length(meeting: RecordedMeeting, length_ms: int) -> None:
    """Says that the recording is longer, so that there is more to render."""
    async with meeting.context.database.transaction() as db:
        (await db.get_one(Recording, meeting.recording_id)).duration_ms = length_ms


PIECES = 3
"""Of a meeting of 150 s."""


@pytest.mark.thorough
async def test_a_kill_costs_one_piece(meeting: RecordedMeeting) -> None:
    worker = start_worker(meeting.settings.data)
    await finished(meeting)
    await length(meeting, 150_000)
    await ask(meeting)
    await until_piece(meeting, 0)
    await until(meeting, lambda row: row.progress > 100 / PIECES)  # the next one has begun
    worker.kill()
    worker.wait(DEADLINE_S)
    (first,) = [p for p in await meeting.store.list(f"{meeting.meeting_id}") if "0.piece" in p]
    sealed = await meeting.store.read_range(first, 0, 200)

    worker = start_worker(meeting.settings.data)
    try:
        await until_piece(meeting, 1)
        assert await meeting.store.read_range(first, 0, 200) == sealed  # not rendered again
        row = await until(meeting, is_over)
        assert row.state == CompositeState.READY
    finally:
        worker.terminate()
        worker.wait(DEADLINE_S)
    file = await made(meeting)
    assert file is not None
    with av.open(io.BytesIO(await plain(meeting, file)), "r") as container:
        stamps = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
        times = np.array(stamps) * float(container.streams.video[0].time_base or 0)
    assert len(times) == 150 * 15
    assert np.diff(times).max() < 0.1  # no seam between the pieces


@pytest.mark.parametrize(
    "how", [pytest.param("called off", marks=pytest.mark.thorough), "withdrawn"]
)
async def test_what_is_not_wanted_any_more_leaves_nothing(
    meeting: RecordedMeeting, how: str
) -> None:
    worker = start_worker(meeting.settings.data)
    try:
        await finished(meeting)
        await length(meeting, 600_000)
        await ask(meeting)
        await until_piece(meeting, 0)
        if how == "withdrawn":
            await meeting.withdraw("Aino Virtanen", Purpose.VIDEO)
        else:
            async with meeting.context.database.transaction() as db:
                row = (await db.exec(select(Composite))).one()
                row.state = CompositeState.CANCELLED
        row = await until(meeting, is_over)
        wanted = (CompositeState.FAILED, "outdated") if how == "withdrawn" else ("cancelled", None)
        assert (row.state, row.failure) == wanted
        await until_cleared(meeting)
    finally:
        worker.terminate()
        worker.wait(DEADLINE_S)
    assert await made(meeting) is None
    async with meeting.context.database.reading() as db:
        query = select(DataKey).where(DataKey.scope == "composite")
        (key,) = (await db.exec(query)).all()
        assert await vault.is_gone(db, key)
