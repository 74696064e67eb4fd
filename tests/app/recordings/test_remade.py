"""A voice withdrawn from a finished recording: the worker makes the rest again without it, and
nothing that was made with it opens any longer, wherever a copy of it may lie.
"""

import asyncio
import base64
import json
import pickle
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any
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
from app.recordings.models import Erasure, FileKind, Recording, RecordingState, Tape, TapeState
from app.turns import edits
from app.turns import service as turns
from app.turns.forms import Accept, EditMake
from app.turns.models import Speech, Turn, TurnEdit
from app.vault import service as vault
from app.vault.models import DataKey
from media.sealed import SealedReader
from tests.fixtures.hoard import hoard
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


async def mixed_down(meeting: RecordedMeeting, before: set[str]) -> None:
    """A worker is killed as soon as it has stored a mix-down that was not there before."""
    worker = start_worker(meeting.settings.data)
    deadline = time.monotonic() + DEADLINE_S
    try:
        while not any(
            "/mixdown-" in path and path not in before
            for path in await meeting.store.list(str(meeting.meeting_id))
        ):
            assert time.monotonic() < deadline, (meeting.settings.data / "worker.log").read_text()
            await asyncio.sleep(0.01)
    finally:
        worker.kill()
        worker.wait(DEADLINE_S)
    async with meeting.context.database.reading() as db:
        recording = await db.get_one(Recording, meeting.recording_id)
    assert recording.state == RecordingState.CLAIMED  # nothing of it is published


def copied(meeting: RecordedMeeting, to: Path) -> None:
    """As a store keeps what is deleted, or a backup of it."""
    for folder in ("store", "keys"):
        shutil.copytree(meeting.settings.data / folder, to / folder)


async def still_opens(meeting: RecordedMeeting, copy: Path) -> set[str]:
    """What of the copy today's keys open."""
    return {Path(name).name for name in (await hoard(copy, meeting.settings.data)).opened}


async def tape_of(meeting: RecordedMeeting, name: str) -> str:
    async with meeting.context.database.reading() as db:
        query = select(Tape).where(Tape.user_id == meeting.users[name])
        return Path((await db.exec(query)).one().path).name


async def destroyed_for(meeting: RecordedMeeting, name: str) -> set[str]:
    """The scopes of the keys in this person's book of erasures."""
    async with meeting.context.database.reading() as db:
        query = select(Erasure).where(Erasure.user_id == meeting.users[name])
        ids = [UUID(key) for each in (await db.exec(query)).all() for key in each.destroyed_keys]
        keys = [await db.get_one(DataKey, id_) for id_ in ids]
    assert all(key.user_id in (None, meeting.users[name]) for key in keys)
    return {key.scope for key in keys}


async def test_what_was_made_before_a_withdrawal_and_never_published_opens_no_more(
    meeting: RecordedMeeting, tmp_path: Path
) -> None:
    await mixed_down(meeting, set())
    copied(meeting, tmp_path / "copy")
    assert len(await still_opens(meeting, tmp_path / "copy")) >= 5  # tapes, files, mix-down

    await meeting.withdraw("bob", Purpose.AUDIO)
    await worked(meeting, withdrawn=1)

    alices = await tape_of(meeting, "alice")
    assert await still_opens(meeting, tmp_path / "copy") == {alices}
    assert {"audio", "person", "mixdown"} <= await destroyed_for(meeting, "bob")


@pytest.mark.thorough
async def test_what_was_published_before_a_second_run_opens_no_more(
    meeting: RecordedMeeting, tmp_path: Path
) -> None:
    await worked(meeting, withdrawn=0)
    before = set(await meeting.store.list(str(meeting.meeting_id)))
    copied(meeting, tmp_path / "first")
    async with meeting.context.database.transaction() as db:
        (await db.get_one(Recording, meeting.recording_id)).state = RecordingState.CLAIMED
    await mixed_down(meeting, before)
    copied(meeting, tmp_path / "second")

    await meeting.withdraw("bob", Purpose.AUDIO)
    await worked(meeting, withdrawn=1)

    alices = await tape_of(meeting, "alice")
    for copy in ("first", "second"):
        assert await still_opens(meeting, tmp_path / copy) == {alices}
    assert {"audio", "person", "mixdown", "manifest"} <= await destroyed_for(meeting, "bob")


async def remembered(meeting: RecordedMeeting) -> dict[str, list[Any]]:
    """By the names of the steps, all that the database of the worker's work ever held of what they
    returned, from the worker's start until the recording is finished and nothing is held."""
    held: dict[tuple[str, str], None] = {}
    worker = start_worker(meeting.settings.data)
    try:
        async with asyncio.timeout(DEADLINE_S):
            while (now_held := outputs(meeting)) or not held or not await _done(meeting, 0):
                held |= now_held
                await asyncio.sleep(0.02)
    finally:
        worker.terminate()
        worker.wait(DEADLINE_S)
    found: dict[str, list[Any]] = {}
    for step, output in held:
        found.setdefault(step, []).append(pickle.loads(base64.b64decode(output)))
    return found


def outputs(meeting: RecordedMeeting) -> dict[tuple[str, str], None]:
    query = "SELECT function_name, output FROM operation_outputs WHERE output IS NOT NULL"
    with closing(sqlite3.connect(meeting.settings.data / "work.db")) as db:
        try:
            return dict.fromkeys(db.execute(query))
        except sqlite3.OperationalError:  # no tables yet, or somebody writes
            return {}


def inside(thing: Any) -> Iterator[Any]:
    """Everything in it, however deep."""
    yield thing
    if isinstance(thing, dict):
        parts = [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset):
        parts = list(thing)
    else:
        parts = list(vars(thing).values()) if is_dataclass(thing) else []
    for part in parts:
        yield from inside(part)


@pytest.mark.thorough
async def test_where_one_spoke_is_nowhere_once_that_may_not_be_studied(
    meeting: RecordedMeeting,
) -> None:
    steps = await remembered(meeting)
    bob, database = meeting.users["bob"], meeting.context.database
    async with database.reading() as db:
        query = select(Speech).where(Speech.user_id == bob)
        spans = [(start, end) for start, end in (await db.exec(query)).one().segments]
    assert spans
    total = sum(end - start for start, end in spans)

    await meeting.withdraw("bob", Purpose.INDEXING)
    worker = start_worker(meeting.settings.data)
    try:
        async with asyncio.timeout(DEADLINE_S):
            while await kept_of(meeting, bob):
                await asyncio.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait(DEADLINE_S)

    assert {"plan", "person", "listen", "tell apart"} <= steps.keys()
    everything = list(inside(steps))
    assert total not in numbers(steps)
    pairs = [tuple(one) for one in everything if isinstance(one, list | tuple)]
    assert not [span for span in spans if span in pairs]
    manifest = await manifest_of(meeting)
    assert manifest["turns"].keys() == {"detector", "parameters"}
    assert not {total, *(each for span in spans for each in span)} & set(numbers(manifest))


def numbers(document: Any) -> list[int]:
    return [one for one in inside(document) if isinstance(one, int)]


async def kept_of(meeting: RecordedMeeting, user_id: UUID) -> int:
    async with meeting.context.database.reading() as db:
        speech = (await db.exec(select(Speech).where(Speech.user_id == user_id))).all()
        turns_ = (await db.exec(select(Turn).where(Turn.user_id == user_id))).all()
    return len(speech) + len(turns_)


async def manifest_of(meeting: RecordedMeeting) -> Any:
    async with meeting.context.database.reading() as db:
        files = await service.files(db, meeting.recording_id)
        file = next(each for each in files if each.kind == FileKind.MANIFEST)
        key = await vault.unwrap(db, meeting.context.keys, file.data_key_id)
    return json.loads(
        await (await SealedReader.open(meeting.store, file.path, key)).read(0, file.size)
    )
