"""The database: one engine a process, one transaction a request.

SQLite runs in WAL mode. A writing transaction takes the write lock at its beginning
(`BEGIN IMMEDIATE`), because one that reads first and writes later cannot be retried by SQLite
when another process wrote in between. What is deleted is overwritten; `scrub` empties the log of
writes, where it would be found otherwise.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy import Connection, DateTime, Dialect, ExceptionContext, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit import news
from app.kit.key_folder import DESTROYED, KeyFolder

BUSY_TIMEOUT_MS = 15_000
"""Wait this long for another process's write. Lower: requests fail under load. Higher: hang."""

SCRUB_TIMEOUT_MS = 500
"""Scrubbing waits so long for others, and has writers wait meanwhile. Lower: a page that reads for
long holds it up until the next time. Higher: recordings are written down later."""

READ_ONLY = "read_only"
"""Marks a transaction of which nothing is kept."""
KEYS = "keys"
"""In a session's `info`: the folder of the data keys."""


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC on both databases; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


class _LetsGo(sqlite3.Connection):
    def close(self) -> None:
        """Of work that was cancelled a cursor is left, in the frames of its error, and until the
        garbage collector finds it SQLite keeps the closed connection, and the write lock with it:
        everybody else would wait for BUSY_TIMEOUT_MS, again and again."""
        with contextlib.suppress(sqlite3.Error):
            self.rollback()
        super().close()


class Database:
    """Opens transactions. `close()` ends the engine."""

    def __init__(self, url: str, keys: KeyFolder | None = None) -> None:
        """`keys`: of what the rows name, for those who seal, open and erase."""
        self.keys = keys
        is_sqlite = url.startswith("sqlite")
        self.engine = create_async_engine(
            url,
            pool_pre_ping=not is_sqlite,
            hide_parameters=True,  # an error is logged, and what people said must not be with it
            connect_args={"factory": _LetsGo} if is_sqlite else {},
        )
        event.listen(self.engine.sync_engine, "handle_error", _say_no_values)
        if is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _configure_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Read and write; committed when the block ends, rolled back when it raises. Data keys are
        shredded once it is committed that they are destroyed: raises OSError where that fails.
        """
        info = {KEYS: self.keys}
        async with AsyncSession(self.engine, expire_on_commit=False, info=info) as db, db.begin():
            yield db
        news.spread(self.engine.url, db.info.get(news.TOLD, ()))
        for key_id in db.info.get(DESTROYED, ()):
            assert self.keys is not None
            await asyncio.to_thread(self.keys.shred, key_id)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One consistent view that waits for nobody; whatever it changed is dropped."""
        info = {READ_ONLY: True, KEYS: self.keys}
        async with AsyncSession(self.engine, expire_on_commit=False, info=info) as db:
            await db.connection(execution_options={"emessi_reading": True})
            yield db
            db.expunge_all()  # a rollback would empty the objects that the reader keeps
            await db.rollback()

    async def scrub(self) -> bool:
        """Takes what was deleted out of SQLite's files: brings its log into the database, where
        deleted rows are overwritten, and empties it. Whether it is done: somebody who reads just
        now may hold it up. In PostgreSQL that is the work of its own vacuum.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(emessi_alone=True)
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={SCRUB_TIMEOUT_MS}")
            done = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = done.one()[0]
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return not is_busy

    async def close(self) -> None:
        await self.engine.dispose()


def _say_no_values(context: ExceptionContext) -> None:
    """PostgreSQL adds what the row held to some errors ("Failing row contains …")."""
    told, error = context.original_exception, context.sqlalchemy_exception
    if error is not None and isinstance(told, psycopg.Error) and told.diag.message_primary:
        told.args = (told.diag.message_primary,)
        error.args = (f"({type(told).__name__}) {told.diag.message_primary}",)


def _configure_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy, not the driver, begins transactions
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a consent that was acknowledged is on the disk
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # deleted rows are overwritten, in every build
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("emessi_alone", False):
        return  # what is done in no transaction at all
    reading = options.get("emessi_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
