"""A voice withdrawn from a finished recording: the worker makes the rest again without it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from app.accounts.actor import Actor
from app.accounts.models import User
from app.consent.models import Purpose
from app.kit.ids import new_id
from app.kit.settings import Settings
from app.meetings.models import Meeting
from app.recordings import reading, service
from app.recordings.models import FileKind, Recording, RecordingState, TapeState
from app.turns import edits
from app.turns import service as turns
from app.turns.forms import Accept, EditMake
from app.turns.models import Speech, Turn, TurnEdit
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


async def accept(meeting: RecordedMeeting, name: str) -> UUID:
    """Somebody accepts this person's only turn; its id from now on."""
    reader = User(name="Reader", is_administrator=True)
    async with meeting.context.database.transaction() as db:
        db.add(reader)
        await db.flush()
        where = await db.get_one(Meeting, meeting.meeting_id)
        _, rows = await turns.allowed(db, meeting.recording_id, where)
        (turn,) = [row.turn.id for row in rows if row.turn.user_id == meeting.users[name]]
        operation = Accept(name="accept", turn=turn, given=new_id())
        form = EditMake(id=new_id(), operation=operation)
        await edits.make(db, Actor(reader.id, True, "fi"), meeting.recording_id, form)
    return operation.given


async def test_the_others_are_finished_again_without_it(meeting: RecordedMeeting) -> None:
    await worked(meeting, withdrawn=0)
    before = set(await meeting.store.list(str(meeting.meeting_id)))
    accepted = await accept(meeting, "alice")
    await accept(meeting, "bob")

    await meeting.withdraw("bob", Purpose.AUDIO)
    await worked(meeting, withdrawn=1)

    alice, database = meeting.users["alice"], meeting.context.database
    async with database.reading() as db:
        recording = await db.get_one(Recording, meeting.recording_id)
        where = await db.get_one(Meeting, meeting.meeting_id)
        files = await reading.usable_files(db, recording, where)
        assert files == await service.files(db, recording.id)
        assert {turn.user_id for turn in (await db.exec(select(Turn))).all()} == {alice}
        _, rows = await turns.allowed(db, recording.id, where)
        assert [(row.turn.id, row.turn.state) for row in rows] == [(accepted, "accepted")]
        assert [each.user_id for each in (await db.exec(select(Speech))).all()] == [alice]
        assert len((await db.exec(select(TurnEdit))).all()) == 1
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
