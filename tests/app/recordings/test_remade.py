"""A voice withdrawn from a finished recording: the worker makes the rest again without it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import select

from app.consent.models import Purpose
from app.kit.settings import Settings
from app.meetings.models import Meeting
from app.recordings import reading, service
from app.recordings.models import FileKind, Recording, RecordingState, TapeState
from app.turns.models import Turn
from app.vault import service as vault
from media.sealed import SealedReader
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker, record, start_worker

DEADLINE_S = 60
SPEAKERS = [Speaker("alice", [(1, 3)]), Speaker("bob", [(2, 4)], pitch=20)]


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[RecordedMeeting]:
    recorded = await record(Settings(data=tmp_path / "data"), 5, SPEAKERS)
    yield recorded
    await recorded.context.database.close()


async def worked(meeting: RecordedMeeting, withdrawn: int) -> None:
    """A worker runs until so many tapes are erased and everything is finished."""
    worker = start_worker(meeting.settings.data)
    deadline = time.monotonic() + DEADLINE_S
    try:
        while not await _done(meeting, withdrawn):
            assert time.monotonic() < deadline, (meeting.settings.data / "worker.log").read_text()
            await asyncio.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait(DEADLINE_S)


async def _done(meeting: RecordedMeeting, withdrawn: int) -> bool:
    async with meeting.context.database.reading() as db:
        recording = await db.get_one(Recording, meeting.recording_id)
        tapes = await service.tapes(db, meeting.recording_id)
        known = {file.path for file in await service.files(db, meeting.recording_id)}
    stored = await meeting.store.list(str(meeting.meeting_id))
    cleared = {path for path in stored if path.endswith(".sealed")} == known
    erased = sum(tape.state == TapeState.ERASED for tape in tapes)
    return recording.state == RecordingState.READY and erased == withdrawn and cleared


async def test_the_others_are_finished_again_without_it(meeting: RecordedMeeting) -> None:
    await worked(meeting, withdrawn=0)
    before = set(await meeting.store.list(str(meeting.meeting_id)))

    await meeting.withdraw("bob", Purpose.AUDIO)
    await worked(meeting, withdrawn=1)

    alice, database = meeting.users["alice"], meeting.context.database
    async with database.reading() as db:
        recording = await db.get_one(Recording, meeting.recording_id)
        where = await db.get_one(Meeting, meeting.meeting_id)
        files = await reading.usable_files(db, recording, where)
        assert files == await service.files(db, recording.id)
        assert {turn.user_id for turn in (await db.exec(select(Turn))).all()} == {alice}
        shared = next(f for f in files if f.kind == FileKind.MANIFEST)
        key = await vault.unwrap(db, meeting.context.keys, shared.data_key_id)
    assert {(f.kind, f.user_id) for f in files} == {
        (FileKind.PERSON, alice),
        (FileKind.PEAKS, alice),
        (FileKind.MIXDOWN, None),
        (FileKind.PEAKS, None),
        (FileKind.MANIFEST, None),
    }
    manifest = json.loads(
        await (await SealedReader.open(meeting.store, shared.path, key)).read(0, shared.size)
    )
    assert [track["user_id"] for track in manifest["tracks"]] == [str(alice)]
    after = set(await meeting.store.list(str(meeting.meeting_id)))
    tapes = {path for path in after if path.endswith(".tape")}
    assert len(tapes) == 1
    assert after - tapes == {file.path for file in files}
    assert not (after - tapes) & before
