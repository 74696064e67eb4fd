"""A withdrawal, or the end of its time, in the middle of finishing: no step goes on with that plan,
and the next is without what went."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from app.consent.models import Purpose
from app.kit.settings import Settings
from app.recordings import erasure, sealing
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState
from app.vault import service as vault
from media.recorder.finaliser import Finaliser
from media.recorder.outcome import Plan
from media.recorder.planning import PlanOutdated
from media.recorder.progress import Progress
from media.recorder.publication import publish
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker, finalise, record

RUN = "run"
LENGTH_MS = 3_000
Steps = list[Callable[[], Awaitable[object]]]
SPEAKERS = [Speaker("alice", [(1, 2)]), Speaker("bob", [(1, 2)], pitch=20)]


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[RecordedMeeting]:
    recorded = await record(Settings(data=tmp_path / "data"), LENGTH_MS / 1000, SPEAKERS)
    yield recorded
    await recorded.context.database.close()


async def planned(meeting: RecordedMeeting) -> tuple[Finaliser, Plan, Progress]:
    finaliser = Finaliser(meeting.context, meeting.store)
    plan = await finaliser.plan(str(meeting.recording_id))
    assert plan is not None
    return finaliser, plan, Progress(0, 1, plan.stopped_ms)


async def steps_of(meeting: RecordedMeeting) -> tuple[Finaliser, Plan, Steps]:
    """A run whose alice is read already, and all that may follow."""
    finaliser, plan, progress = await planned(meeting)
    alice, bob = meeting.users["alice"], meeting.users["bob"]
    verified = [v for user in plan.users for v in await finaliser.verify(plan, RUN, user, progress)]
    media = await finaliser.person(plan, RUN, alice, progress)
    noted = await finaliser.listen(plan, RUN, alice, LENGTH_MS, progress)
    assert noted is not None
    heard = {alice: noted}
    return (
        finaliser,
        plan,
        [
            lambda: finaliser.verify(plan, RUN, bob, progress),
            lambda: finaliser.person(plan, RUN, alice, progress),
            lambda: finaliser.person(plan, RUN, bob, progress),
            lambda: finaliser.mixdown(plan, RUN, [alice, bob], LENGTH_MS, progress),
            lambda: finaliser.listen(plan, RUN, alice, LENGTH_MS, progress),
            lambda: finaliser.tell_apart(plan, RUN, [alice, bob], heard, LENGTH_MS, progress),
            lambda: publish(
                finaliser, plan, RUN, (media.files, media.tracks), verified, heard, LENGTH_MS
            ),
        ],
    )


async def left(meeting: RecordedMeeting) -> RecordingState:
    """No key of what a run makes; the state of the recording."""
    async with meeting.context.database.reading() as db:
        assert await vault.living(db, meeting.meeting_id, sealing.SCOPES) == []
        return (await db.get_one(Recording, meeting.recording_id)).state


async def test_every_step_sees_that_somebody_withdrew(meeting: RecordedMeeting) -> None:
    """Whatever it has read before, and whoever it works for."""
    finaliser, plan, steps = await steps_of(meeting)
    await meeting.withdraw("bob", Purpose.AUDIO)
    for erased in (False, True):
        if erased:
            assert await erasure.erase(meeting.context.database, meeting.store, plan.recording_id)
        for step in steps:
            with pytest.raises(PlanOutdated):
                await step()
    assert await left(meeting) == RecordingState.CLAIMED
    await finaliser.clear(plan, RUN)


@pytest.mark.parametrize("whole", [False, True])
async def test_every_step_sees_that_the_time_of_something_is_over(
    meeting: RecordedMeeting, *, whole: bool
) -> None:
    """Of everybody's, or of bob's, who was promised less: his consent stands."""
    finaliser, plan, steps = await steps_of(meeting)
    bob = meeting.users["bob"]
    over = frozenset(t.consent_id for t in plan.tapes if whole or t.user_id == bob)
    gone = erasure.Over(over, whole)
    assert await erasure.erase(meeting.context.database, meeting.store, plan.recording_id, gone)
    for step in steps:
        with pytest.raises(PlanOutdated):
            await step()
    ended = RecordingState.ERASED if whole else RecordingState.CLAIMED
    assert await left(meeting) == ended
    await finaliser.clear(plan, RUN)


async def test_it_is_finished_anew_without_them(meeting: RecordedMeeting) -> None:
    finaliser, plan, progress = await planned(meeting)
    for user in plan.users:
        await finaliser.person(plan, RUN, user, progress)
    await meeting.withdraw("bob", Purpose.AUDIO)
    await erasure.erase(meeting.context.database, meeting.store, plan.recording_id)
    await finaliser.clear(plan, RUN)

    await finalise(meeting)

    async with meeting.context.database.reading() as db:
        assert (await db.get_one(Recording, plan.recording_id)).state == RecordingState.READY
        files = await recordings.files(db, plan.recording_id)
        tracks = await recordings.tracks(db, plan.recording_id)
    assert {file.user_id for file in files} == {None, meeting.users["alice"]}
    assert {track.user_id for track in tracks} == {meeting.users["alice"]}
    there = await meeting.store.list(str(meeting.meeting_id))
    assert len(there) == len(files) + 1  # and her tape
