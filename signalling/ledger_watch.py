"""Decisions made outside the room, on a page of the group or of one's own.

Whoever writes into the ledger tells every node (`app.kit.news`), and the group's meeting follows
at once. Word can be lost, so while something is kept the ledger is also asked whether it has grown:
one look-up in the index of (group, sequence) for all meetings of the node together, 0.2 ms.
"""

import asyncio
import logging
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.consent import service as consent
from app.kit import news
from signalling import consenting
from signalling.live import Node
from signalling.rooms import Rooms

logger = logging.getLogger(__name__)

LOOK_S = 1.0
"""Where word of a withdrawal was lost, a tape goes on for so long. What it got meanwhile is erased
as what came before, or, where that is kept, cut off before anything is made of the tape
(`media.recorder.shortening`). Lower: more questions. Higher: more is written that nobody allows any
longer."""


async def listen(node: Node, rooms: Rooms) -> None:
    """For as long as the node lives."""
    async for group_id in news.heard(node.database.engine):
        for live in rooms.meetings:
            if live.group_id == group_id:
                try:
                    await consenting.follow_the_ledger(live)
                except SQLAlchemyError as error:
                    _out_of_reach(error)


async def watch(node: Node, rooms: Rooms) -> None:
    """For as long as the node lives. Asks nothing while nothing is kept."""
    known: dict[UUID, int] = {}
    while True:
        try:
            known = await _look(node, rooms, known)
        except SQLAlchemyError as error:
            _out_of_reach(error)
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


def _out_of_reach(error: SQLAlchemyError) -> None:
    logger.warning("the ledger is out of reach (%s)", type(error).__name__)
