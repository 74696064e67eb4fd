"""The worker's process over a meeting as the node leaves it, undisturbed and killed."""

import asyncio
import hashlib
import json
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.consent.models import Purpose
from app.kit.settings import Settings
from app.recordings.models import FileKind, Recording, RecordingFile, RecordingState, Track
from app.turns.models import Turn
from app.vault import service as vault
from media.sealed import SealedReader
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker, record, start_worker

DEADLINE_S = 60
LENGTH_S = 12
SPEAKERS = [
    Speaker("alice", [(1, 4), (8, 11)], video=True),
    Speaker("bob", [(5, 9)], pitch=20, joins_s=1.5),
    Speaker("carol", [(2, 3)], purposes=[Purpose.AUDIO], pitch=80),
    Speaker("dave", [(2, 11)], purposes=[], pitch=10),
]


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[RecordedMeeting]:
    recorded = await record(Settings(data=tmp_path / "data"), LENGTH_S, SPEAKERS)
    yield recorded
    await recorded.context.database.close()


async def row(meeting: RecordedMeeting) -> Recording:
    async with meeting.context.database.reading() as db:
        recording = await db.get(Recording, meeting.recording_id)
        assert recording is not None
        return recording


async def finish(meeting: RecordedMeeting, until: Callable[[Recording], bool]) -> Recording:
    """Runs a worker until the row is as wanted and it has tidied up; ends it with SIGTERM."""
    worker = start_worker(meeting.settings.data)
    try:
        recording = await reached(meeting, until)
        await reached(meeting, lambda _: not left_over(meeting))
        return recording
    finally:
        worker.terminate()
        worker.wait(DEADLINE_S)


async def reached(meeting: RecordedMeeting, until: Callable[[Recording], bool]) -> Recording:
    deadline = time.monotonic() + DEADLINE_S
    while not until(recording := await row(meeting)):
        assert time.monotonic() < deadline, (meeting.settings.data / "worker.log").read_text()
        await asyncio.sleep(0.05)
    return recording


def left_over(meeting: RecordedMeeting) -> bool:
    """Whether the worker still has something of its own on its disk."""
    work = meeting.settings.data / "work"
    return work.exists() and any(work.iterdir())


def is_over(recording: Recording) -> bool:
    return recording.state in (RecordingState.READY, RecordingState.FAILED)


async def plain(meeting: RecordedMeeting, file: RecordingFile) -> bytes:
    async with meeting.context.database.reading() as db:
        key = await vault.unwrap(db, meeting.context.keys, file.data_key_id)
    reader = await SealedReader.open(meeting.store, file.path, key)
    return await reader.read(0, reader.size)


async def outcome(meeting: RecordedMeeting) -> dict[str, Any]:
    """All that finishing made, without what differs between two meetings by chance."""
    async with meeting.context.database.reading() as db:
        files = (await db.exec(select(RecordingFile))).all()
        tracks = (await db.exec(select(Track))).all()
        turns = (await db.exec(select(Turn))).all()
    names = {user: name for name, user in meeting.users.items()}
    contents = {(f.kind, names.get(f.user_id)): await plain(meeting, f) for f in files}  # type: ignore[arg-type]
    for file in files:
        content = contents[(file.kind, names.get(file.user_id))]  # type: ignore[arg-type]
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))
    manifest = json.loads(contents.pop((FileKind.MANIFEST, None)))
    return {
        "manifest": manifest,
        "files": {k: hashlib.sha256(content).hexdigest() for k, content in contents.items()},
        "tracks": {(names[t.user_id], t.source): (t.start_ms, t.duration_ms) for t in tracks},
        "turns": sorted((names[t.user_id], t.start_ms, t.end_ms, t.is_backchannel) for t in turns),
        "stored": sorted(await meeting.store.list(f"{meeting.meeting_id}")),
    }


async def test_a_recording_becomes_files_turns_of_who_agreed_and_a_manifest(
    meeting: RecordedMeeting,
) -> None:
    recording = await finish(meeting, is_over)
    made = await outcome(meeting)

    assert (recording.state, recording.progress) == (RecordingState.READY, 100)
    assert made["tracks"].keys() == {
        ("alice", "microphone"),
        ("alice", "camera"),
        ("bob", "microphone"),
        ("carol", "microphone"),
    }
    listed = {file["sha256"] for file in made["manifest"]["files"]}
    assert len(listed) == len(made["files"])
    script = [("alice", 1000, 4000), ("bob", 5000, 9000), ("alice", 8000, 11000)]
    assert [turn[0] for turn in made["turns"]] == ["alice", "alice", "bob"]  # carol did not agree
    for (_, start, end, _), (_, wanted_start, wanted_end) in zip(
        made["turns"], sorted(script), strict=True
    ):
        assert abs(start - wanted_start) < 200
        assert abs(end - wanted_end) < 300


async def test_what_was_withdrawn_before_is_left_out(meeting: RecordedMeeting) -> None:
    await meeting.withdraw("bob", Purpose.AUDIO)
    await meeting.notes(SPEAKERS)

    recording = await finish(meeting, is_over)
    made = await outcome(meeting)

    assert ("bob", "microphone") not in made["tracks"]
    (left_out,) = made["manifest"]["left_out"]
    assert left_out["reason"] in ("consent", "erased")  # the worker erases when it gets to it
    names = {str(user): name for name, user in meeting.users.items()}
    missing = {
        (names[one["user_id"]], one["reason"]): (one["start_ms"], one["end_ms"])
        for one in made["manifest"]["missing"]
    }
    assert missing == {
        ("bob", "no_consent"): (1_500, 12_000),
        ("dave", "no_consent"): (500, 12_000),
    }
    assert recording.missing == made["manifest"]["missing"]


@pytest.mark.thorough
async def test_killed_again_and_again_it_ends_the_same(
    meeting: RecordedMeeting, tmp_path: Path
) -> None:
    kills = 0
    for percent, how in zip(
        (1, 10, 25, 40, 60, 80), 3 * [signal.SIGKILL, signal.SIGTERM], strict=True
    ):
        worker = start_worker(meeting.settings.data)
        reached_it = await reached(
            meeting,
            lambda r, wanted=percent: r.progress >= wanted or is_over(r),  # type: ignore[misc]
        )
        worker.send_signal(how)
        worker.wait()
        kills += not is_over(reached_it)
    recording = await finish(meeting, is_over)
    killed = await outcome(meeting)

    whole = await record(Settings(data=tmp_path / "other"), LENGTH_S, SPEAKERS)
    await finish(whole, is_over)
    undisturbed = await outcome(whole)
    await whole.context.database.close()

    assert recording.state == RecordingState.READY
    assert kills >= 4
    for part in ("files", "tracks", "turns"):
        assert killed[part] == undisturbed[part]
    assert len(killed["stored"]) == len(undisturbed["stored"])
