"""Closed tapes on their way from the node's own disk to the media store."""

import asyncio
import logging
from uuid import UUID

from app.kit.ids import short
from app.recordings import service as recordings
from media.shipper import ship
from media.store import Missing
from signalling import books
from signalling.live import Node

logger = logging.getLogger(__name__)

RETRY_S = 5.0
"""Try the store again after this while it cannot be reached. The tape waits on our own disk."""


async def hand_over(node: Node, tape_id: UUID, path: str) -> None:
    """Ships the tape and enters it as stored. One that was never begun leaves the books."""
    size = await _shipped(node, tape_id, path)
    if size is None:
        await books.enter(node.database, lambda db: recordings.discard_tape(db, tape_id))
    else:
        await books.enter(node.database, lambda db: recordings.tape_stored(db, tape_id, size))


async def _shipped(node: Node, tape_id: UUID, path: str) -> int | None:
    while True:
        try:
            return await ship(node.store, node.spool, path)
        except Missing:
            logger.warning("there is nothing of tape %s", short(tape_id))
            return None
        except OSError as error:
            name = type(error).__name__
            logger.warning("the store did not take tape %s (%s)", short(tape_id), name)
            await asyncio.sleep(RETRY_S)
