"""The books of a recording, from its start to the hand-over to the worker."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.consent.models import Purpose
from app.kit.db import now
from app.kit.ids import new_id
from app.meetings import placement
from app.meetings.models import Lease, Meeting, MeetingState
from app.recordings import interruptions, service
from app.recordings.models import (
    InterruptionReason,
    Recording,
    RecordingState,
    Source,
    Tape,
    TapeState,
)
from app.recordings.service import RecordingFinished
from app.vault import service as vault
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import decide

START = now()


class Books:
    def __init__(self, running: Application, cast: Cast, meeting: Meeting) -> None:
        self.database = running.context.database
        self.keys = running.context.keys
        self.cast = cast
        self.meeting = meeting

    async def start(self, node: str = "one", minutes: int = 0) -> Recording:
        async with self.database.transaction() as db:
            at = START + timedelta(minutes=minutes)
            return await service.start(db, self.meeting.id, node, at)

    async def stop(self, recording: Recording, minutes: int = 5) -> None:
        async with self.database.transaction() as db:
            at = START + timedelta(minutes=minutes)
            await service.stop(db, recording.id, at, recording.node_name)

    async def tape(self, recording: Recording, node: str = "one") -> Tape:
        bob = self.cast.bob
        async with self.database.transaction() as db:
            given = await decide(db, self.cast, bob, Purpose.AUDIO)
            key = await vault.data_key(db, self.keys, self.meeting.id, bob.id, "audio")
            return await service.open_tape(
                db,
                recording.id,
                user_id=bob.id,
                publication_id="p",
                source=Source.MICROPHONE,
                consent_id=given.id,
                data_key_id=key.id,
                node_name=node,
            )

    async def move(self, recording: Recording, state: RecordingState) -> None:
        async with self.database.transaction() as db:
            (await db.get_one(Recording, recording.id)).state = state

    async def end(self) -> None:
        async with self.database.transaction() as db:
            (await db.get_one(Meeting, self.meeting.id)).state = MeetingState.ENDED

    async def finishable(self) -> list[UUID]:
        async with self.database.reading() as db:
            return await service.finishable(db)

    async def row(self, tape: Tape) -> Tape | None:
        async with self.database.reading() as db:
            return await db.get(Tape, tape.id)


@pytest.fixture
async def books(running: Application, cast: Cast) -> Books:
    meeting = Meeting(group_id=cast.group_id, starts_at=START, state=MeetingState.OPEN)
    async with running.context.database.transaction() as db:
        db.add(meeting)
    return Books(running, cast, meeting)


async def test_stopped_and_started_again_it_goes_on_with_its_first_time_line(books: Books) -> None:
    first = await books.start()
    await books.stop(first)
    again = await books.start(node="two", minutes=9)

    assert (again.id, again.started_at) == (first.id, START)
    assert (again.state, again.stopped_at, again.node_name) == ("running", None, "two")


@pytest.mark.parametrize("state", ["claimed", "ready", "failed", "erased"])
async def test_what_is_finished_is_not_started_again(state: str, books: Books) -> None:
    recording = await books.start()
    await books.move(recording, RecordingState(state))

    with pytest.raises(RecordingFinished):
        await books.start()


async def test_stopping_twice_keeps_the_first_moment(books: Books) -> None:
    recording = await books.start()
    await books.stop(recording, minutes=5)
    await books.stop(recording, minutes=9)

    async with books.database.reading() as db:
        row = await db.get_one(Recording, recording.id)
    assert row.stopped_at == START + timedelta(minutes=5)


async def test_a_tape_is_written_closed_and_stored(books: Books) -> None:
    recording = await books.start()
    tape = await books.tape(recording)
    assert tape.path == f"{books.meeting.id}/{tape.id}.tape"

    async with books.database.transaction() as db:
        await service.close_tape(db, tape.id, 500, START)
    closed = await books.row(tape)
    assert closed is not None
    assert (closed.state, closed.size, closed.ended_at) == (TapeState.CLOSED, 500, START)

    async with books.database.transaction() as db:
        await service.tape_stored(db, tape.id, 480)  # its torn end was cut
        await service.close_tape(db, tape.id, 999, now())  # told late
    stored = await books.row(tape)
    assert stored is not None
    assert (stored.state, stored.size, stored.ended_at) == (TapeState.STORED, 480, closed.ended_at)


async def test_a_tape_of_which_nothing_was_written_can_be_taken_back(books: Books) -> None:
    recording = await books.start()
    empty, written = await books.tape(recording), await books.tape(recording)
    async with books.database.transaction() as db:
        await service.close_tape(db, written.id, 500, START)

    async with books.database.transaction() as db:
        for tape in (empty, written):
            await service.discard_tape(db, tape.id)
        await service.discard_tape(db, new_id())

    assert await books.row(empty) is None
    assert await books.row(written) is not None


async def test_a_node_that_no_longer_has_the_meeting_cannot_stop_its_recording(
    books: Books,
) -> None:
    recording = await books.start(node="one")
    async with books.database.transaction() as db:
        for name in ("one", "two"):
            await placement.heartbeat(db, name=name, public_url="", port=1, participants=0)
        await db.flush()
        db.add(Lease(meeting_id=books.meeting.id, node_name="two", expires_at=START))

    async with books.database.transaction() as db:
        assert not await service.stop(db, recording.id, START, "one")  # "two" has the lease
    await books.start(node="two", minutes=9)
    async with books.database.transaction() as db:
        assert not await service.stop(db, recording.id, START, "one")  # and records already
    async with books.database.reading() as db:
        assert (await db.get_one(Recording, recording.id)).state == "running"

    async with books.database.transaction() as db:
        assert await service.stop(db, recording.id, START, "two")
    async with books.database.reading() as db:
        assert (await db.get_one(Recording, recording.id)).state == "stopped"


async def test_a_tape_without_its_file_is_lost_if_there_was_something_of_it(books: Books) -> None:
    recording = await books.start()
    never, begun, closed, stored = [await books.tape(recording) for _ in range(4)]
    async with books.database.transaction() as db:
        await service.close_tape(db, closed.id, 500, START)
        await service.tape_stored(db, stored.id, 500)
    async with books.database.transaction() as db:
        for tape, was_begun in ((never, False), (begun, True), (closed, False), (stored, True)):
            await service.tape_missing(db, tape.id, was_begun=was_begun)
    rows = [await books.row(tape) for tape in (never, begun, closed, stored)]

    assert [row and row.state for row in rows] == [None, "lost", "lost", "stored"]
    await books.stop(recording)
    await books.end()
    assert await books.finishable() == [recording.id]


async def test_what_interrupted_a_recording_is_stated_once_and_ends_with_it(books: Books) -> None:
    recording = await books.start()
    id_ = recording.id
    disk = InterruptionReason.DISK
    minute = [START + timedelta(minutes=n) for n in range(10)]
    async with books.database.transaction() as db:
        await interruptions.begin(db, id_, minute[1], disk)
        await interruptions.begin(db, id_, minute[2], disk)
        await interruptions.end(db, id_, minute[3])
        await interruptions.end(db, id_, minute[4])
        await interruptions.begin(db, id_, minute[5], disk)
    await books.stop(recording, minutes=6)
    async with books.database.reading() as db:
        found = await interruptions.of_recording(db, id_)

    assert [(i.started_at, i.ended_at) for i in found] == [
        (minute[1], minute[3]),
        (minute[5], minute[6]),
    ]


async def test_an_interruption_that_outlived_its_node_ends_when_it_records_again(
    books: Books,
) -> None:
    recording = await books.start()
    async with books.database.transaction() as db:
        await interruptions.begin(db, recording.id, START, InterruptionReason.DISK)
    await books.start(node="two", minutes=9)

    async with books.database.reading() as db:
        (found,) = await interruptions.of_recording(db, recording.id)
    assert found.ended_at is not None


async def test_a_node_finds_what_it_left_behind(books: Books) -> None:
    recording = await books.start(node="one")
    own, other = await books.tape(recording, "one"), await books.tape(recording, "two")
    handed_over = await books.tape(recording, "one")
    async with books.database.transaction() as db:
        await service.tape_stored(db, handed_over.id, 5)

    async with books.database.reading() as db:
        assert [t.id for t in await service.tapes_on_node(db, "one")] == [own.id]
        assert [t.id for t in await service.tapes_on_node(db, "two")] == [other.id]
        assert [r.id for r in await service.running_on(db, "one")] == [recording.id]
        assert await service.running_on(db, "two") == []


async def test_the_worker_waits_for_the_end_and_for_every_tape(books: Books) -> None:
    recording = await books.start()
    tape = await books.tape(recording)
    await books.stop(recording)
    async with books.database.transaction() as db:
        await service.tape_stored(db, tape.id, 5)
    assert await books.finishable() == []  # the meeting goes on

    late = await books.tape(recording)
    await books.end()
    assert await books.finishable() == []  # a tape is on its way

    async with books.database.transaction() as db:
        await service.tape_stored(db, late.id, 5)
    assert await books.finishable() == [recording.id]
    await books.move(recording, RecordingState.READY)
    assert await books.finishable() == []
