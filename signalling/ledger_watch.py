"""Withdrawals made outside the room, on a page of the group: noticed while something is kept.

Asked is only whether the ledger has grown: one look-up in the index of (group, sequence) for all
meetings of the node together, 0.2 ms. Where it has, the meeting reads it anew. A notification
(LISTEN) would save that and exists in one of our two databases only.
"""

import asyncio
import logging
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.consent import service as consent
from signalling import consenting
from signalling.live import Node
from signalling.rooms import Rooms

logger = logging.getLogger(__name__)

LOOK_S = 1.0
"""A tape goes on for so long after a withdrawal on another page; what it got meanwhile is erased as
what came before. Lower: more questions. Higher: more is written that nobody allows any longer."""


async def watch(node: Node, rooms: Rooms) -> None:
    """For as long as the node lives. Asks nothing while nothing is kept."""
    known: dict[UUID, int] = {}
    while True:
        try:
            known = await _look(node, rooms, known)
        except SQLAlchemyError as error:
            logger.warning("the ledger is out of reach (%s)", type(error).__name__)
        await asyncio.sleep(LOOK_S)


async def _look(node: Node, rooms: Rooms, known: dict[UUID, int]) -> dict[UUID, int]:
    """What the ledgers' lengths are now, once every meeting has followed."""
    keeping = rooms.keeping
    if not keeping:
        return {}
    async with node.database.reading() as db:
        lengths = await consent.lengths(db, {live.group_id for live in keeping})
    for live in keeping:
        if lengths.get(live.group_id) != known.get(live.group_id):
            await consenting.follow_the_ledger(live)
    return lengths
