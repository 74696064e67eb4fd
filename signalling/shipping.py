"""Closed tapes on their way from the node's own disk to the media store."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from app.kit.ids import short
from app.recordings import service as recordings
from app.recordings import spooled
from media.shipper import ship
from media.store import Missing
from signalling import books
from signalling.live import Node

logger = logging.getLogger(__name__)

T = TypeVar("T")
AT_ONCE = 2
"""Tapes that a node sends at the same time; all others wait on its disk. Lower: one large tape
keeps a short meeting from being finished. Higher: after an outage hundreds start together, and take
the line and the memory (20 MB each) of the meetings that go on."""
RETRY_S, RETRY_MOST_S = 2.0, 60.0
"""Try the store again after this, and after twice as long each time. The tape waits on our own
disk. Lower: a store that comes back is pressed by everyone. Higher: recordings are finished
later."""


async def hand_over(node: Node, tape_id: UUID, path: str, *, was_begun: bool = False) -> None:
    """Ships the tape and enters it as stored. One that was never begun leaves the books; one whose
    file is lost is entered as lost, so that its recording can be finished without it. What was
    erased on its way leaves the store again."""
    size = await _shipped(node, tape_id, path)
    if size is None:
        await books.enter(
            node.database, lambda db: recordings.tape_missing(db, tape_id, was_begun=was_begun)
        )
    elif await books.enter(node.database, lambda db: recordings.tape_stored(db, tape_id, size)):
        return
    else:
        await _with_patience(tape_id, lambda: node.store.delete(path))
    await books.enter(node.database, lambda db: spooled.left(db, [tape_id]))


async def _shipped(node: Node, tape_id: UUID, path: str) -> int | None:
    async def shipped() -> int:
        async with node.shipping:
            return await ship(node.store, node.spool, path)

    try:
        return await _with_patience(tape_id, shipped)
    except Missing:
        logger.warning("there is nothing of tape %s", short(tape_id))
        return None


async def _with_patience(tape_id: UUID, work: Callable[[], Awaitable[T]]) -> T:
    """Until the store is there to do it. Raises Missing."""
    pause = RETRY_S
    while True:
        try:
            return await work()
        except Missing:
            raise
        except OSError as error:
            name = type(error).__name__
            logger.warning("the store does not answer for tape %s (%s)", short(tape_id), name)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # not all at the same moment
            pause = min(2 * pause, RETRY_MOST_S)
