"""What a node that crashed left behind: recordings that run no longer, tapes on its own disk."""

import asyncio
import logging

from app.kit.ids import short
from app.recordings import service as recordings
from media.shipper import ship
from media.store import Missing
from signalling.live import Node

logger = logging.getLogger(__name__)

RETRY_S = 5.0


async def recover(node: Node) -> None:
    """Hands over every tape of this node's earlier life. A torn end is cut by its reader.

    The worker finishes those recordings whose meeting is over; the others go on when the
    facilitator starts recording again.
    """
    name = node.settings.node.name
    async with node.database.transaction() as db:
        moment = node.clock.utc(node.clock.now())
        for recording in await recordings.running_on(db, name):
            logger.warning("recording %s was cut off by a crash", short(recording.id))
            await recordings.stop(db, recording.id, moment)
        left = await recordings.tapes_on_node(db, name)
    for tape in left:
        while True:
            try:
                size = await ship(node.store, node.spool, tape.path)
            except Missing:
                logger.warning("tape %s was never begun", short(tape.id))
                size = None
            except OSError as error:
                logger.warning("the store is out of reach (%s)", type(error).__name__)
                await asyncio.sleep(RETRY_S)
                continue
            break
        async with node.database.transaction() as db:
            if size is None:
                await recordings.discard_tape(db, tape.id)
            else:
                await recordings.tape_stored(db, tape.id, size)
