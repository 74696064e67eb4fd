"""Transactions: whole or not at all; a look changes nothing; times are in UTC."""

import asyncio
import gc
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from traceback import format_exception

import pytest
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import col, delete, select

from app.accounts.models import User
from app.chat.models import ChatLine
from app.kit import migrate
from app.kit.db import now
from app.kit.ids import new_id
from tests.fixtures.application import Application, application, settings_at
from tests.fixtures.postgres import Server

A_WHILE_S = 5.0
"""Less than a writer waits for another on SQLite, more than a loaded machine takes."""


async def names(running: Application) -> list[str]:
    async with running.context.database.reading() as db:
        return list((await db.exec(select(User.name))).all())


async def test_a_transaction_that_fails_leaves_nothing(running: Application) -> None:
    class Accident(Exception):
        pass

    async def half() -> None:
        async with running.context.database.transaction() as db:
            db.add(User(name="Half"))
            await db.flush()
            raise Accident

    with pytest.raises(Accident):
        await half()
    assert await names(running) == []


async def test_a_look_does_not_wait_for_a_writer(
    running: Application,
) -> None:
    database = running.context.database
    async with database.transaction() as writer:
        writer.add(User(name="Later"))
        await writer.flush()
        assert await names(running) == []
    assert await names(running) == ["Later"]


async def test_a_closed_connection_locks_nothing_though_a_cursor_is_left(
    running: Application,
) -> None:
    """As of work that was cancelled, until the garbage collector comes."""
    database = running.context.database
    pooled = await database.engine.raw_connection()
    driver = pooled.driver_connection
    assert driver is not None
    pooled.detach()
    left = [await driver.execute("BEGIN IMMEDIATE"), await driver.execute("SELECT 1")]
    await driver.close()

    async with asyncio.timeout(A_WHILE_S), database.transaction() as db:
        db.add(User(name="Next"))
    assert left


@pytest.mark.thorough
async def test_work_that_is_cancelled_has_nobody_wait(running: Application) -> None:
    """At whatever moment, and though nothing it leaves is collected as garbage: what it was at
    hangs on to a connection that is closed."""
    database = running.context.database

    async def write() -> None:
        async with database.transaction() as db:
            db.add(User(name="Cancelled"))
            await db.flush()
            await db.exec(select(User))

    gc.disable()
    try:
        for moment in range(40):
            at_work = [asyncio.create_task(write()) for _ in range(3)]
            await asyncio.sleep(moment * 0.0002)
            for task in at_work:
                task.cancel()
            await asyncio.gather(*at_work, return_exceptions=True)
            async with asyncio.timeout(A_WHILE_S), database.transaction() as db:
                db.add(User(name="Next"))
    finally:
        gc.enable()


async def test_what_a_look_changed_is_dropped(running: Application) -> None:
    async with running.context.database.reading() as db:
        db.add(User(name="Never"))
        await db.flush()
    assert await names(running) == []


async def test_times_come_back_in_utc_and_must_have_a_zone(running: Application) -> None:
    helsinki = timezone(timedelta(hours=2))
    user = User(name="A", created_at=datetime(2026, 11, 23, 19, 0, tzinfo=helsinki))
    async with running.context.database.transaction() as db:
        db.add(user)
    async with running.context.database.reading() as db:
        (found,) = (await db.exec(select(User))).all()
    assert found.created_at == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert found.created_at.tzinfo is UTC
    assert now().tzinfo is UTC

    with pytest.raises(StatementError):
        async with running.context.database.transaction() as db:
            db.add(User(name="B", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


async def test_an_error_does_not_tell_what_was_to_be_written(running: Application) -> None:
    """It is logged, and what people say to one another is in no log."""
    words = "Sain eilen potkut"
    line = {"recording_id": new_id(), "user_id": new_id(), "consent_id": new_id(), "at": now()}

    with pytest.raises(IntegrityError) as caught:
        async with running.context.database.transaction() as db:
            db.add(ChatLine(**line, text=words))

    assert "FOREIGN KEY" in str(caught.value).upper()
    assert words not in "".join(format_exception(caught.value))


@pytest.mark.postgres
async def test_postgresql_does_not_tell_what_the_row_holds(
    postgres_server: Server, tmp_path: Path
) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    words = "Sain eilen potkut"
    async with application(settings) as running:
        with pytest.raises(IntegrityError) as caught:
            async with running.context.database.transaction() as db:
                db.add(ChatLine(recording_id=new_id(), user_id=new_id(), text=words))

    assert "null value in column" in str(caught.value)
    assert words not in "".join(format_exception(caught.value))


def lies_in_the_files(running: Application, word: str) -> bool:
    folder = running.context.settings.data
    return any(word.encode() in path.read_bytes() for path in folder.rglob("emessi.db*"))


async def test_what_is_deleted_is_in_no_file_of_sqlite_once_it_is_scrubbed(
    running: Application,
) -> None:
    database, word = running.context.database, "kukaan-ei-saa-löytää-tätä"
    for size in (1, 400):  # within a page, and over several
        async with database.transaction() as db:
            db.add(User(name=word, email=f"{word * size}@example.org"))
        async with database.transaction() as db:
            await db.exec(delete(User).where(col(User.name) == word))
        assert lies_in_the_files(running, word), "in the log of writes"
        assert await database.scrub()
        assert not lies_in_the_files(running, word)


async def test_a_scrub_that_a_reader_holds_up_says_so_and_is_done_the_next_time(
    running: Application,
) -> None:
    database = running.context.database
    async with database.reading() as reader:
        await reader.exec(select(User))
        async with database.transaction() as db:
            db.add(User(name="Meanwhile"))
        assert not await database.scrub()
    assert await database.scrub()
    assert await names(running) == ["Meanwhile"]
