"""What a node that crashed left behind: recordings that run no longer, tapes on its own disk."""

import logging
from collections.abc import Sequence

from app.kit.ids import short
from app.recordings import service as recordings
from app.recordings.models import Tape
from signalling.live import Node
from signalling.shipping import hand_over

logger = logging.getLogger(__name__)


async def take_stock(node: Node) -> list[Tape]:
    """Stops the recordings of this node's earlier life; its tapes that are not handed over.

    Must be done before the node takes its first meeting: afterwards the two lives look the same.
    """
    name = node.settings.node.name
    async with node.database.transaction() as db:
        moment = node.clock.utc(node.clock.now())
        for recording in await recordings.running_on(db, name):
            logger.warning("recording %s was cut off by a crash", short(recording.id))
            await recordings.stop(db, recording.id, moment)
        return await recordings.tapes_on_node(db, name)


async def recover(node: Node, left: Sequence[Tape]) -> None:
    """Hands over what is left. A torn end is cut by its reader.

    The worker finishes those recordings whose meeting is over; the others go on when the
    facilitator starts recording again.
    """
    for tape in left:
        await hand_over(node, tape.id, tape.path)
