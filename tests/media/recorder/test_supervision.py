"""A worker dies for good in the middle of a recording; one of another name finishes it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.kit.db import now
from app.kit.settings import Settings
from app.recordings import workers
from app.recordings.models import RecordingState
from app.recordings.workers import SILENT_FOR
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker, record, start_worker
from tests.media.recorder.test_worker import DEADLINE_S, is_over, outcome, reached

SPEAKERS = [Speaker("alice", [(1, 4), (8, 11)], video=True), Speaker("bob", [(5, 9)], pitch=20)]
GONE, LIVING = "worker-gone", "worker-living"


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[RecordedMeeting]:
    recorded = await record(Settings(data=tmp_path / "data"), 12, SPEAKERS)
    yield recorded
    await recorded.context.database.close()


async def test_what_a_dead_worker_had_in_hand_goes_on_elsewhere(
    meeting: RecordedMeeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMESSI_WORKER__NAME", GONE)
    worker = start_worker(meeting.settings.data)
    await reached(meeting, lambda recording: recording.progress >= 10)
    worker.kill()
    worker.wait()
    async with meeting.context.database.transaction() as db:
        await workers.beat(db, GONE, now() - SILENT_FOR)

    monkeypatch.setenv("EMESSI_WORKER__NAME", LIVING)
    worker = start_worker(meeting.settings.data)
    try:
        recording = await reached(meeting, is_over)
    finally:
        worker.terminate()
        worker.wait(DEADLINE_S)

    assert recording.state == RecordingState.READY
    made = await outcome(meeting)
    assert sorted({name for name, *_ in made["turns"]}) == ["alice", "bob"]
    log = (meeting.settings.data / "worker.log").read_text()
    assert f"worker {GONE} is gone" in log
