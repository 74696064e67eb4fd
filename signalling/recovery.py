"""What a node that stopped in the middle left behind: running recordings, tapes on its disk."""

import asyncio
import logging
from collections.abc import Sequence

from app.kit.ids import short
from app.recordings import service as recordings
from app.recordings import spans
from app.recordings.models import Tape
from signalling.live import Node
from signalling.rooms import Rooms
from signalling.shipping import hand_over

logger = logging.getLogger(__name__)


RETURN_S = 60.0
"""People come back for so long after their node stopped; then their recording has ended. Lower: one
whose computer is slow finds it stopped. Higher: a meeting that was left is finished later."""


async def take_stock(node: Node) -> list[Tape]:
    """The tapes of this node's earlier life that are not handed over.

    Must be done before the node takes its first meeting: afterwards the two lives look the same.
    """
    own_name = node.settings.node.name
    async with node.database.transaction() as db:
        await spans.end_all_of_node(db, own_name, node.clock.utc(node.clock.now()))
        return await recordings.tapes_on_node(db, own_name)


async def recover(node: Node, rooms: Rooms, left: Sequence[Tape]) -> None:
    """Hands over what is left; a torn end is cut by its reader. A recording that ran goes on when
    its people come back (`Rooms.open`), and is stopped if they do not. The worker finishes those
    whose meeting is over."""
    for tape in left:
        await hand_over(node, tape.id, tape.path)
    await asyncio.sleep(RETURN_S)
    async with node.database.transaction() as db:
        for recording in await recordings.running_on(db, node.settings.node.name):
            if rooms.find(recording.meeting_id) is None:
                logger.warning("nobody came back to recording %s", short(recording.id))
                moment = node.clock.utc(node.clock.now())
                await recordings.stop(db, recording.id, moment)
