"""Word of what was committed, on both databases."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from app.kit import news
from app.kit.db import Database
from app.kit.ids import new_id
from tests.fixtures.postgres import Server

DEADLINE_S = 10.0


class Listener:
    """Hears of one database from `begin` on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.heard: list[UUID] = []

    async def _listen(self) -> None:
        async for about in news.heard(self._database.engine):
            self.heard.append(about)

    async def begin(self) -> None:
        """Returns when it hears."""
        self.task = asyncio.create_task(self._listen())
        async with asyncio.timeout(DEADLINE_S):
            while not self.heard:
                await say(self._database, new_id())
                await asyncio.sleep(0.05)
        self.heard.clear()

    async def until(self, about: UUID) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while about not in self.heard:
                await asyncio.sleep(0.01)

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def say(database: Database, about: UUID) -> None:
    async with database.transaction() as db:
        await news.tell(db, about)


async def says_and_fails(database: Database, about: UUID) -> None:
    async with database.transaction() as db:
        await news.tell(db, about)
        raise RuntimeError


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Database, Database, Listener]]:
    """The databases of two processes, and what is heard in the second."""
    here, there = Database(url), Database(url)
    listener = Listener(there)
    await listener.begin()
    try:
        yield here, there, listener
    finally:
        await listener.end()
        await here.close()
        await there.close()


async def tells(url: str) -> None:
    async with opened(url) as (here, _, listener):
        undone, done = new_id(), new_id()
        with pytest.raises(RuntimeError):
            await says_and_fails(here, undone)
        async with here.transaction() as db:
            await news.tell(db, done)
            await asyncio.sleep(0.1)
            before = list(listener.heard)
        await listener.until(done)

        assert before == []
        assert undone not in listener.heard


async def test_what_is_committed_is_told_and_nothing_else(tmp_path: Path) -> None:
    await tells(f"sqlite+aiosqlite:///{tmp_path}/emessi.db")


@pytest.mark.postgres
async def test_the_same_on_postgresql(postgres_server: Server) -> None:
    await tells(postgres_server.new_database())


async def test_all_who_listen_hear_it_and_leave_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/emessi.db"
    about = new_id()
    async with opened(url) as (here, _, first), opened(url) as (_, _, second):
        await say(here, about)
        await first.until(about)
        await second.until(about)
    assert list((tmp_path / "news").iterdir()) == []


async def test_one_that_was_killed_is_forgotten(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/emessi.db"
    (tmp_path / "news").mkdir()
    left = tmp_path / "news" / "killed.socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as killed:
        killed.bind(str(left))
    about = new_id()
    async with opened(url) as (here, _, listener):
        await say(here, about)
        await listener.until(about)
    assert not left.exists()


async def test_one_that_does_not_read_keeps_nobody_waiting(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/emessi.db")
    (tmp_path / "news").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asleep:
        asleep.bind(str(tmp_path / "news" / "asleep.socket"))
        began = time.monotonic()
        for _ in range(1_000):  # more than the kernel keeps for it
            news.spread(database.engine.url, [new_id()])
        assert time.monotonic() - began < DEADLINE_S
    await database.close()


async def test_what_nobody_can_have_meant_is_passed_over(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/emessi.db"
    about = new_id()
    async with opened(url) as (here, _, listener):
        (path,) = (tmp_path / "news").iterdir()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            for said in (b"", b"x", bytes(33), bytes(5_000)):
                other.sendto(said, str(path))
        await say(here, about)
        await listener.until(about)
        assert listener.heard == [about]


@pytest.mark.postgres
async def test_a_database_that_comes_back_is_heard_again(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "AGAIN_S", 0.1)
    url = postgres_server.new_database()
    async with opened(url) as (here, _, listener):
        address = here.engine.url.set(drivername="postgresql")
        with psycopg.connect(address.render_as_string(False), autocommit=True) as connection:
            connection.execute("NOTIFY emessi_news, 'nobody'")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        about = new_id()
        async with asyncio.timeout(DEADLINE_S):
            while about not in listener.heard:
                await say(here, about)
                await asyncio.sleep(0.05)
        assert not listener.task.done()
