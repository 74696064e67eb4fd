"""`emessi node`: signalling on top of the relay, one event loop, one UDP port."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.exc import InterfaceError, OperationalError

from app.kit.db import Database
from app.kit.key_folder import KeyFolder
from app.kit.keys import load
from app.kit.settings import Settings
from app.kit.tokens import Tokens
from app.meetings import placement
from media.clock import Clock
from media.native import library, loop
from media.relay.relay import Relay
from media.store import Store
from media.tape.disk import Disk
from signalling import ledger_watch, storage
from signalling.gate import Gate
from signalling.journal import Journal
from signalling.live import Node
from signalling.quality.watch import watching
from signalling.recovery import enter_what_was_heard, recover, take_stock
from signalling.rooms import Rooms
from signalling.server import Signalling
from signalling.shipping import AT_ONCE
from signalling.streams import server as streams
from signalling.trial import Trials
from signalling.withdrawals import Withdrawals

logger = logging.getLogger(__name__)

BEAT_S = 5.0
"""A third of the time after which a silent node is taken for dead."""


def main(settings: Settings) -> None:
    library.use(settings.relay.native)
    loop.run(run(settings))


async def run(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Serves until `stop` is set, or SIGTERM or SIGINT comes; then drains."""
    stop = stop or _on_signal()
    clock = Clock.capture()
    keys = load(settings)
    database = Database(settings.application_database_url, KeyFolder(settings.data_keys))
    relay = await Relay.open(settings.relay, clock)
    tokens, store = Tokens(keys.tokens), Store.open(settings)
    disk = Disk(settings.spool, settings.node.reserve_mb << 20)
    journal = Journal(settings.spool, keys.installation)
    own = (settings.spool, disk, asyncio.Semaphore(AT_ONCE), journal, Withdrawals(journal))
    node = Node(settings, database, keys, tokens, clock, relay, store, *own)
    rooms = Rooms(node)
    gate = Gate(tokens, settings.node.name, clock)
    trials = Trials(relay, settings.turn_server, clock)
    signalling = Signalling(rooms, trials, gate, clock)
    await enter_what_was_heard(node)
    left = await take_stock(node)
    beside = [asyncio.create_task(_quietly(lambda: recover(node, rooms, left)))]
    try:
        async with (
            signalling.listen(settings.node) as server,
            streams.listen(node, rooms, gate) as http_port,
            watching(node, rooms),
        ):
            port = server.sockets[0].getsockname()[1]
            logger.info("node on ports %s and %s, media on UDP %s", port, http_port, relay.port)
            beside += [
                asyncio.create_task(_beat(node, rooms, port, http_port)),
                asyncio.create_task(storage.watch(node, rooms.follow_the_disk)),
                asyncio.create_task(ledger_watch.listen(node, rooms)),
                asyncio.create_task(ledger_watch.watch(node, rooms)),
            ]
            await stop.wait()
            logger.info("node drains")
            await _ended(beside[1:])
            await rooms.close()
    finally:
        await _ended(beside)
        await _quietly(lambda: _farewell(node))
        await relay.close()
        await database.close()


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancels them and waits until they have rolled back what they were at."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _beat(node: Node, rooms: Rooms, port: int, http_port: int) -> None:
    """Says that the node lives, and tends its meetings. A failure is logged and tried again."""
    settings = node.settings.node

    async def once() -> None:
        async with node.database.transaction() as db:
            await placement.heartbeat(
                db,
                name=settings.name,
                public_url=settings.public_url,
                port=port,
                http_port=http_port,
                participants=rooms.participants,
                has_room=node.disk.trouble is None,
            )
        await rooms.tend()

    while True:
        await _quietly(once)
        await asyncio.sleep(BEAT_S)


async def _farewell(node: Node) -> None:
    async with node.database.transaction() as db:
        await placement.farewell(db, node.settings.node.name)


async def _quietly(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database is out of reach (%s)", type(error).__name__)
    except Exception:
        logger.exception("the node could not tend to its books")


def _on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    return stop
