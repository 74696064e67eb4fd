"""The chain finds every change; the writer keeps it whole, and with the act or not at all."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, text

from app.kit import audit
from app.kit.audit import INSTALLATION, About, AuditEntry, AuditHead, Check, Deed, Doer
from app.kit.db import now
from app.kit.ids import new_id
from tests.fixtures.application import Application

CHAIN = UUID(int=1)
START = datetime(2026, 11, 25, 17, 0, 0, 123_456, tzinfo=UTC)
DOER = Doer(UUID(int=7), "researcher")

Step = tuple[Deed, int, dict[str, int | str]]
details = st.dictionaries(
    st.sampled_from(["tapes", "role"]), st.integers(0, 9) | st.text(max_size=5)
)
steps = st.lists(st.tuples(st.sampled_from(Deed), st.integers(1, 5), details), max_size=12)
some_steps = steps.filter(bool)


def chain(done: list[Step]) -> list[AuditEntry]:
    rows: list[AuditEntry] = []
    for number, (deed, thing, said) in enumerate(done, start=1):
        row = AuditEntry(
            id=UUID(int=1000 + number),
            chain=CHAIN,
            sequence=number,
            at=START + timedelta(seconds=number),
            actor_id=DOER.user_id,
            actor_role=DOER.role,
            deed=str(deed),
            result="done",
            object_kind="file",
            object_id=UUID(int=thing),
            details=said,
            previous_hash=rows[-1].hash if rows else audit.GENESIS,
            hash="",
        )
        row.hash = audit.digest(row)
        rows.append(row)
    return rows


def head_of(rows: list[AuditEntry]) -> AuditHead:
    return AuditHead(chain=CHAIN, length=len(rows), hash=rows[-1].hash if rows else audit.GENESIS)


def broken_at(rows: list[AuditEntry], head: AuditHead | None) -> int | None:
    check = Check()
    for row in rows:
        check.read(row)
    check.end(head)
    return check.broken_at


CHANGES = {
    "id": UUID(int=9),
    "chain": UUID(int=9),
    "sequence": 99,
    "at": START - timedelta(microseconds=1),
    "actor_id": UUID(int=9),
    "actor_role": "another",
    "deed": "another",
    "result": "another",
    "object_kind": "another",
    "object_id": UUID(int=9),
    "subject_id": UUID(int=9),
    "group_id": UUID(int=9),
    "meeting_id": UUID(int=9),
    "details": {"another": 1},
    "previous_hash": "f" * 64,
    "hash": "f" * 64,
}


def test_every_column_is_under_the_hash() -> None:
    assert CHANGES.keys() == AuditEntry.model_fields.keys()


@given(steps)
def test_an_honest_chain_is_whole(done: list[Step]) -> None:
    rows = chain(done)
    assert broken_at(rows, head_of(rows) if rows else None) is None


@given(some_steps, st.data(), st.sampled_from(sorted(CHANGES)))
def test_any_change_of_any_field_is_found_where_it_is(
    done: list[Step], data: st.DataObject, field: str
) -> None:
    rows = chain(done)
    head, place = head_of(rows), data.draw(st.integers(0, len(rows) - 1))
    setattr(rows[place], field, CHANGES[field])
    assert broken_at(rows, head) == place + 1


@given(some_steps, st.data())
def test_a_row_left_out_anywhere_is_found(done: list[Step], data: st.DataObject) -> None:
    rows = chain(done)
    head, place = head_of(rows), data.draw(st.integers(0, len(rows) - 1))
    del rows[place]
    assert broken_at(rows, head) == place + 1


@given(some_steps, st.data())
def test_rows_in_another_order_are_found(done: list[Step], data: st.DataObject) -> None:
    rows = chain(done)
    shuffled = data.draw(st.permutations(rows))
    assert (broken_at(shuffled, head_of(rows)) is None) is (shuffled == rows)


@given(some_steps)
def test_a_chain_without_its_head_is_not_whole(done: list[Step]) -> None:
    assert broken_at(chain(done), None) is not None


async def rows_of(running: Application, of: UUID = INSTALLATION) -> list[AuditEntry]:
    async with running.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.chain == of)
        return list((await db.exec(query.order_by(col(AuditEntry.sequence)))).all())


async def head_in(running: Application, of: UUID) -> AuditHead | None:
    async with running.context.database.reading() as db:
        return await db.get(AuditHead, of)


async def test_an_entry_is_kept_with_its_act_and_dropped_with_it(running: Application) -> None:
    database = running.context.database

    async def fail() -> None:
        async with database.transaction() as db:
            audit.record(db, Deed.ROLE_GIVEN, DOER, About("account", new_id()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await rows_of(running) == []

    async with database.transaction() as db:
        audit.record(db, Deed.ROLE_GIVEN, DOER, About("account", new_id()), details={"role": "x"})
        audit.record(db, Deed.ROLE_TAKEN, DOER, About("account", new_id()))
    rows = await rows_of(running)
    assert [row.deed for row in rows] == ["role_given", "role_taken"]
    assert broken_at(rows, await head_in(running, INSTALLATION)) is None


async def test_nothing_can_be_told_to_a_transaction_that_is_never_committed(
    running: Application,
) -> None:
    async with running.context.database.reading() as db:
        with pytest.raises(RuntimeError):
            audit.record(db, Deed.PLAYED, DOER, About("file", new_id()))


async def test_many_writers_make_one_whole_chain_each(running: Application) -> None:
    programmes = [new_id(), new_id()]

    async def write(number: int) -> None:
        async with running.context.database.transaction() as db:
            for programme in programmes if number % 2 else reversed(programmes):
                about = About("file", new_id(), programme_id=programme)
                audit.record(db, Deed.PLAYED, DOER, about)

    await asyncio.gather(*(write(number) for number in range(20)))
    for programme in programmes:
        rows = await rows_of(running, programme)
        assert len(rows) == 20
        assert broken_at(rows, await head_in(running, programme)) is None


async def test_one_use_is_one_entry_and_a_later_one_is_another(
    running: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, thing = running.context.database, About("file", new_id())

    async def play(doer: Doer = DOER) -> None:
        async with database.reading() as db:
            await audit.witness(database, db, Deed.PLAYED, doer, thing)

    await asyncio.gather(*(play() for _ in range(10)))  # also when they come at once
    assert len(await rows_of(running)) == 1
    await play(Doer(new_id(), "researcher"))
    assert len(await rows_of(running)) == 2
    later = now() + audit.SAME_USE
    monkeypatch.setattr(audit, "now", lambda: later)
    await play()
    assert len(await rows_of(running)) == 3


@pytest.mark.parametrize(
    "change", ["UPDATE audit_entries SET deed = 'played'", "DELETE FROM audit_entries"]
)
async def test_the_database_refuses_to_change_the_log(running: Application, change: str) -> None:
    async with running.context.database.transaction() as db:
        audit.record(db, Deed.ERASED, audit.WORKER, About("recording", new_id()))
    with pytest.raises(DBAPIError, match="append-only"):
        async with running.context.database.transaction() as db:
            await db.exec(text(change))  # type: ignore[call-overload]
    assert [row.deed for row in await rows_of(running)] == ["erased"]
