"""A recording whose tapes lie on a machine that does not come back."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.kit.audit import AuditEntry, Deed
from app.kit.db import now
from app.meetings import placement
from app.meetings.models import Meeting, Node
from app.recordings import absence, service
from app.recordings.absence import GONE_FOR, Absent
from app.recordings.models import Recording, RecordingState, Tape
from tests.app.recordings.test_service import START, Books, books

__all__ = ["books"]

LONG_AGO = GONE_FOR + timedelta(minutes=1)


async def heard(books: Books, node: str, ago: timedelta = timedelta()) -> datetime:
    """The node's last sign of life."""
    at = now() - ago
    async with books.database.transaction() as db:
        await placement.heartbeat(db, name=node, public_url="", port=1, participants=0)
        (await db.get_one(Node, node)).expires_at = at + placement.ALIVE_FOR
    return at


async def began(books: Books, tape: Tape, at: datetime) -> Tape:
    async with books.database.transaction() as db:
        (await db.get_one(Tape, tape.id)).started_at = at
    return tape


async def found(books: Books, recording: Recording) -> list[Absent]:
    async with books.database.reading() as db:
        fresh = await db.get_one(Recording, recording.id)
        return await absence.absent(db, fresh, await db.get_one(Meeting, books.meeting.id))


async def ask(books: Books, recording: Recording, who: str = "coordinator") -> tuple[int, str]:
    client = getattr(books.cast, who).client
    answer = await client.post(f"/api/v1/recordings/{recording.id}/do-without")
    told = answer.json()
    return answer.status_code, told.get("state") or told["type"].rsplit(":", 1)[-1]


async def test_what_has_arrived_is_finished_and_what_is_gone_is_stated(books: Books) -> None:
    recording = await books.start(node="here")
    arrived, gone, last_one = [await books.tape(recording, n) for n in ("here", "gone", "gone")]
    await heard(books, "here")
    last = await heard(books, "gone", LONG_AGO)
    await began(books, gone, last - timedelta(minutes=2))
    await began(books, last_one, last + timedelta(seconds=5))
    async with books.database.transaction() as db:
        await service.tape_stored(db, arrived.id, 500)
    await books.stop(recording)
    await books.end()
    assert await books.finishable() == []
    assert await found(books, recording) == [Absent("gone", last, 2, True)]

    assert await ask(books, recording) == (202, "stopped")

    assert await books.finishable() == [recording.id]
    assert await found(books, recording) == []
    rows = [await books.row(tape) for tape in (arrived, gone, last_one)]
    # One entered after the last beat may have been begun on that disk as well.
    assert [row and row.state for row in rows] == ["stored", "lost", "lost"]
    assert rows[1] is not None
    assert rows[1].ended_at == last
    async with books.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == Deed.TAPES_GIVEN_UP)
        entry = (await db.exec(query)).one()
    assert (entry.object_id, entry.details) == (recording.id, {"tapes": 2, "nodes": 1})


async def test_one_that_ran_on_it_ends_with_its_last_sign_of_life(books: Books) -> None:
    recording = await books.start(node="gone", minutes=-30)
    last = await heard(books, "gone", LONG_AGO)
    await began(books, await books.tape(recording, "gone"), START - timedelta(minutes=30))
    assert await found(books, recording) == [Absent("gone", last, 1, False)]  # the meeting goes on
    assert await ask(books, recording) == (409, "node_may_return")
    await books.end()

    assert await ask(books, recording) == (202, "stopped")

    async with books.database.reading() as db:
        assert (await db.get_one(Recording, recording.id)).stopped_at == last
    assert await books.finishable() == [recording.id]


@pytest.mark.parametrize("ago", [timedelta(), GONE_FOR - timedelta(minutes=1)])
async def test_nothing_is_given_up_that_may_come(books: Books, ago: timedelta) -> None:
    recording = await books.start(node="one")
    tape = await books.tape(recording, "one")
    await heard(books, "one", ago)
    await books.stop(recording)
    await books.end()

    assert len(await found(books, recording)) == bool(ago)
    assert await ask(books, recording) == (409, "node_may_return")

    row = await books.row(tape)
    assert row is not None
    assert row.state == "writing"


async def test_while_it_goes_on_elsewhere_nothing_is_given_up(books: Books) -> None:
    recording = await books.start(node="here")
    await books.tape(recording, "gone")
    await heard(books, "here")
    last = await heard(books, "gone", LONG_AGO)
    await books.end()

    assert await found(books, recording) == [Absent("gone", last, 1, False)]
    assert await ask(books, recording) == (409, "node_may_return")


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("olga", 403), ("mallory", 404)])
async def test_only_those_who_may_export_give_up(books: Books, who: str, status: int) -> None:
    recording = await books.start(node="gone")
    await heard(books, "gone", LONG_AGO)
    await books.end()

    assert (await ask(books, recording, who))[0] == status


@pytest.mark.parametrize("state", [RecordingState.READY, RecordingState.FAILED])
async def test_a_tape_that_comes_all_the_same_has_it_finished_anew(
    books: Books, state: RecordingState
) -> None:
    recording = await books.start(node="gone")
    last = await heard(books, "gone", LONG_AGO)
    tape = await began(books, await books.tape(recording, "gone"), last - timedelta(minutes=1))
    await books.end()
    await ask(books, recording)
    await books.move(recording, state)

    async with books.database.transaction() as db:
        (left,) = await service.tapes_on_node(db, "gone")
        await service.tape_stored(db, left.id, 700)

    row = await books.row(tape)
    assert row is not None
    assert (row.state, row.size) == ("stored", 700)
    assert await books.finishable() == [recording.id]
