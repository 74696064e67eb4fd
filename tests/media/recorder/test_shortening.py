"""What was written after a withdrawal that keeps what came before it is in no file and on no tape.

Bob withdraws on another page at six seconds, and his node hears nothing of it.
"""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.consent import service as consent
from app.consent.models import Purpose
from app.kit.audit import AuditEntry
from app.kit.settings import Settings
from app.recordings import consents
from app.recordings import service as recordings
from app.recordings.models import FileKind, Tape, Track
from app.vault import service as vault
from app.vault.models import DataKey
from media.recorder.finaliser import Finaliser, PlanOutdated
from media.recorder.progress import Progress
from media.recorder.shortening import shorten
from media.sealed import SealedReader
from media.tape.reader import Ending, TapeReader
from tests.fixtures.recorded_meeting import STARTED, RecordedMeeting, Speaker, finalise, record

LENGTH_S, WITHDRAWN_S = 12, 6
WITHDRAWN = STARTED + timedelta(seconds=WITHDRAWN_S)
SPEAKERS = [
    Speaker("alice", [(1, 4), (8, 11)]),
    Speaker("bob", [(2, 5), (7, 11)], pitch=20, video=True),
]


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[RecordedMeeting]:
    recorded = await record(Settings(data=tmp_path / "data"), LENGTH_S, SPEAKERS)
    yield recorded
    await recorded.context.database.close()


async def withdraws(meeting: RecordedMeeting) -> None:
    for purpose in (Purpose.AUDIO, Purpose.VIDEO):
        await meeting.withdraw("bob", purpose, WITHDRAWN)


async def tapes(meeting: RecordedMeeting, name: str) -> list[Tape]:
    async with meeting.context.database.reading() as db:
        found = await recordings.tapes(db, meeting.recording_id)
    return [tape for tape in found if tape.user_id == meeting.users[name]]


async def is_gone(meeting: RecordedMeeting, key_id: UUID) -> bool:
    async with meeting.context.database.reading() as db:
        return await vault.is_gone(db, await db.get_one(DataKey, key_id))


async def arrivals(meeting: RecordedMeeting, tape: Tape, folder: Path) -> list[float]:
    """Of all that is on a tape in the store, in seconds of the recording."""
    async with meeting.context.database.reading() as db:
        key = await vault.unwrap(db, meeting.context.keys, tape.data_key_id)
    await meeting.store.get_file(tape.path, folder / "read.tape")
    reader = TapeReader(folder / "read.tape", key)
    starts_s = (tape.started_at - STARTED).total_seconds()
    found = [starts_s + one.arrival_s for one in reader]
    assert reader.ending == Ending.CLOSED
    return found


async def spans(meeting: RecordedMeeting) -> dict[tuple[str, str], tuple[float, float]]:
    """From when until when each track of the finished files lasts."""
    names = {user: name for name, user in meeting.users.items()}
    async with meeting.context.database.reading() as db:
        tracks = (await db.exec(select(Track))).all()
    return {
        (names[t.user_id], t.source): (t.start_ms / 1000, (t.start_ms + t.duration_ms) / 1000)
        for t in tracks
    }


async def waveform(meeting: RecordedMeeting, name: str) -> tuple[list[int], float]:
    """Its levels, and how long one of them lasts."""
    async with meeting.context.database.reading() as db:
        files = await recordings.files(db, meeting.recording_id)
        owned = (f for f in files if (f.kind, f.user_id) == (FileKind.PEAKS, meeting.users[name]))
        file = next(owned)
        key = await vault.unwrap(db, meeting.context.keys, file.data_key_id)
    reader = await SealedReader.open(meeting.store, file.path, key)
    peaks = json.loads(await reader.read(0, reader.size))
    return peaks["data"], peaks["samples_per_pixel"] / peaks["sample_rate"] / 2


async def test_what_came_after_the_withdrawal_is_in_no_file(meeting: RecordedMeeting) -> None:
    await withdraws(meeting)

    await finalise(meeting)

    found = await spans(meeting)
    for source in ("microphone", "camera"):
        begins, ends = found[("bob", source)]
        assert begins < 1
        assert WITHDRAWN_S - 0.2 < ends <= WITHDRAWN_S + 0.1  # a picture stays for its time
    assert found[("alice", "microphone")][1] > 11
    levels, each_s = await waveform(meeting, "bob")
    loud = [n * each_s for n, level in enumerate(levels) if abs(level) > 5]
    assert 4.5 < max(loud) < WITHDRAWN_S


async def test_the_tape_ends_there_and_every_copy_of_the_rest_is_unreadable(
    meeting: RecordedMeeting, tmp_path: Path
) -> None:
    before = await tapes(meeting, "bob")
    await withdraws(meeting)

    await finalise(meeting)

    for tape, old in zip(await tapes(meeting, "bob"), before, strict=True):
        came = await arrivals(meeting, tape, tmp_path)
        assert len(came) > 20
        assert max(came) <= WITHDRAWN_S
        assert (tape.ended_at, tape.consent_id) == (WITHDRAWN, old.consent_id)
        assert not await meeting.store.exists(old.path)
        assert await is_gone(meeting, old.data_key_id)
    (alices,) = await tapes(meeting, "alice")
    assert max(await arrivals(meeting, alices, tmp_path)) > 11
    async with meeting.context.database.reading() as db:
        query = select(AuditEntry).where(col(AuditEntry.deed) == "erased")
        (entry,) = (await db.exec(query)).all()
    assert (entry.subject_id, entry.details) == (meeting.users["bob"], {"shortened_tapes": 2})


async def test_another_tape_under_the_same_key_is_kept_whole(
    meeting: RecordedMeeting, tmp_path: Path
) -> None:
    """Else the key would have to stay, and with it every copy of the rest."""
    await meeting._record(Speaker("bob", [(1, 4)], pitch=20), seed=9)
    *_, earlier = before = await tapes(meeting, "bob")
    assert earlier.data_key_id == before[0].data_key_id
    async with meeting.context.database.transaction() as db:
        (await db.get_one(Tape, earlier.id)).ended_at = WITHDRAWN - timedelta(seconds=1)
    await withdraws(meeting)

    await shorten(meeting.context, meeting.store, meeting.recording_id)

    *_, after = await tapes(meeting, "bob")
    assert max(await arrivals(meeting, after, tmp_path)) > 11
    assert after.ended_at == WITHDRAWN - timedelta(seconds=1)
    assert after.data_key_id != earlier.data_key_id
    assert await is_gone(meeting, earlier.data_key_id)


async def test_a_plan_from_before_is_outdated(meeting: RecordedMeeting) -> None:
    finaliser = Finaliser(meeting.context, meeting.store)
    plan = await finaliser.plan(str(meeting.recording_id))
    assert plan is not None
    await withdraws(meeting)

    for user, is_outdated in ((meeting.users["bob"], True), (meeting.users["alice"], False)):
        try:
            await finaliser.verify(plan, "run", user, Progress(0, 1, 1))
        except PlanOutdated:
            assert is_outdated
        else:
            assert not is_outdated
    await finaliser.clear(plan, "run")


async def test_killed_on_its_way_it_is_done_again(meeting: RecordedMeeting) -> None:
    voice = (await tapes(meeting, "bob"))[0]
    await withdraws(meeting)
    context, store = meeting.context, meeting.store

    await shorten(context, store, meeting.recording_id)
    once = await tapes(meeting, "bob")
    (context.settings.data / "long").write_bytes(b"left by a kill before it was deleted")
    await store.take_file(voice.path, context.settings.data / "long")
    await shorten(context, store, meeting.recording_id)

    again = await tapes(meeting, "bob")
    assert [(t.path, t.size, t.data_key_id) for t in again] == [
        (t.path, t.size, t.data_key_id) for t in once
    ]
    assert not await store.exists(voice.path)
    assert once[0].data_key_id != once[1].data_key_id  # each may have to go alone


async def test_withdrawing_everything_takes_the_short_tapes_too(meeting: RecordedMeeting) -> None:
    await withdraws(meeting)
    await finalise(meeting)
    await meeting.withdraw("bob", Purpose.AUDIO)

    async with meeting.context.database.reading() as db:
        found = await recordings.tapes(db, meeting.recording_id)
        rows = await consent.chain(db, meeting.group_id)
    assert {t.source for t in consents.to_erase(found, rows)} == {"microphone"}
