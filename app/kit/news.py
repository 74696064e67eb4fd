"""Word from one process to all others that something was committed, for those who would else have
to ask all the time.

PostgreSQL carries it itself (LISTEN and NOTIFY). Beside a SQLite file everyone who listens has a
Unix datagram socket in a folder: whoever can write that file is on this machine, too. Word can be
lost (the database is away, a process has just begun to listen, a system has no such sockets): who
listens must also ask now and then. It says only where to look; who invents it gains a look.
"""

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import URL, func
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

logger = logging.getLogger(__name__)

CHANNEL = "emessi_news"
TOLD = "told"
"""In a session's `info`: what to tell when it is committed."""
AGAIN_S = 5.0
"""Listen again after so long, when the database was out of reach. Lower: a database that comes
back is pressed by everyone. Higher: for longer everything waits to be asked."""
UNREAD = 1_000
"""Words that may wait for a listener; more are lost."""


async def tell(db: AsyncSession, about: UUID) -> None:
    """Everyone who listens, when this transaction is committed."""
    if db.get_bind().dialect.name == "postgresql":
        await db.exec(select(func.pg_notify(CHANNEL, str(about))))
    else:
        db.info.setdefault(TOLD, set()).add(about)


def spread(url: URL, told: Iterable[UUID]) -> None:
    """After the commit, where the database does not do it itself. Waits for nobody."""
    for about in told:
        for listener in _folder(url).glob("*.socket"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
                own.setblocking(False)
                try:
                    own.sendto(about.bytes, str(listener))
                except ConnectionRefusedError:
                    listener.unlink(missing_ok=True)  # it was killed, and its name is nobody else's
                except OSError as error:
                    logger.info("a process was not told (%s)", type(error).__name__)


async def heard(engine: AsyncEngine) -> AsyncIterator[UUID]:
    """What others, and we, tell from now on; without end."""
    words = _notified if engine.dialect.name == "postgresql" else _received
    level = logging.WARNING
    while True:
        try:
            async for about in words(engine.url):
                level = logging.WARNING
                yield about
        except (psycopg.OperationalError, OSError) as error:
            logger.log(level, "no word comes of other processes (%s)", type(error).__name__)
            level = logging.DEBUG  # once is enough
        await asyncio.sleep(AGAIN_S)


async def _notified(url: URL) -> AsyncIterator[UUID]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connecting = psycopg.AsyncConnection.connect(address, autocommit=True, keepalives_idle=30)
    async with await connecting as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        async for notification in connection.notifies():
            with contextlib.suppress(ValueError):  # whoever may connect may say anything
                yield UUID(notification.payload)


async def _received(url: URL) -> AsyncIterator[UUID]:
    folder = _folder(url)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(4)}.socket"
    words: asyncio.Queue[UUID] = asyncio.Queue(UNREAD)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.setblocking(False)
        own.bind(str(path))
        loop.add_reader(own, _read, own, words)
        try:
            while True:
                yield await words.get()
        finally:
            loop.remove_reader(own)
            path.unlink(missing_ok=True)


def _read(own: socket.socket, words: "asyncio.Queue[UUID]") -> None:
    with contextlib.suppress(BlockingIOError, ValueError, asyncio.QueueFull):
        words.put_nowait(UUID(bytes=own.recv(32)))


def _folder(url: URL) -> Path:
    return Path(url.database or ".").parent / "news"
