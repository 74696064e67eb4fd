"""What a node that stopped in the middle left behind: running recordings, tapes on its disk."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from app.kit.errors import Refusal
from app.kit.ids import short
from app.meetings import hosting, placement
from app.recordings import service as recordings
from app.recordings import spans, spooled
from signalling import asides, books, keeping, withdrawals
from signalling.live import Node
from signalling.rooms import Rooms
from signalling.shipping import hand_over

logger = logging.getLogger(__name__)


RETURN_S = 60.0
"""People come back for so long after their node stopped; then their recording has ended. Lower: one
whose computer is slow finds it stopped. Higher: a meeting that was left is finished later."""


@dataclass(frozen=True)
class Left:
    """A tape of the node's earlier life that is not handed over."""

    id: UUID
    path: str
    was_begun: bool
    """There must be something of it: it was entered before that life's last beat."""


async def enter_what_was_heard(node: Node) -> None:
    """What this node's earlier life answered and the database had not taken: withdrawals, what is
    off the record, chat.

    Must be done before the node takes its first meeting, and raises where the database is out of
    reach: nobody is recorded here against what was said until that is entered.
    """
    for one in node.withdrawals.waiting:
        try:
            async with node.database.transaction() as db:
                await withdrawals.write(db, one)
        except (OperationalError, InterfaceError):
            raise
        except (Refusal, SQLAlchemyError):
            logger.exception("a withdrawal waits on: the ledger refuses it")
        else:
            node.withdrawals.settled([one])
    await asides.enter_what_was_left(node)
    await keeping.keep_what_was_left(node)
    if not node.journal.holds(withdrawals.KIND, asides.KIND):
        async with node.database.transaction() as db:
            await hosting.end_all(db, node.journal.id)


async def take_stock(node: Node) -> list[Left]:
    """The tapes of this node's earlier life that are not handed over.

    Must be done before the node takes its first meeting: afterwards the two lives look the same.
    """
    name = node.settings.node.name
    async with node.database.transaction() as db:
        beat = await placement.last_beat(db, name)
        await spans.end_all_of_node(db, name, node.clock.utc(node.clock.now()))
        tapes = await recordings.tapes_on_node(db, name)
    return [Left(t.id, t.path, beat is not None and t.started_at < beat) for t in tapes]


async def recover(node: Node, rooms: Rooms, left: Sequence[Left]) -> None:
    """Hands over what is left; a torn end is cut by its reader. A recording that ran goes on when
    its people come back (`Rooms.open`), and is stopped if they do not. The worker finishes those
    whose meeting is over. Neither waits for the other: the store may be out of reach for days."""
    work = [hand_over(node, tape.id, tape.path, was_begun=tape.was_begun) for tape in left]
    work += [clear_away(node), _stop_what_nobody_returned_to(node, rooms)]
    for end in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(end, Exception):
            logger.error("something of this node's earlier life is left", exc_info=end)


async def clear_away(node: Node) -> None:
    """Deletes the tapes on this disk that were erased while the node was away. What it writes
    itself is never among them: a tape is in the books before its file is there."""
    async with node.database.reading() as db:
        erased = await spooled.erased_on(db, node.settings.node.name)
    there = await asyncio.to_thread(lambda: list(node.spool.glob("*/*.tape")))
    paths = [path.relative_to(node.spool).as_posix() for path in there]
    async with node.database.reading() as db:
        unwanted = await recordings.unwanted(db, paths)
    for path in unwanted:
        await asyncio.to_thread((node.spool / path).unlink, missing_ok=True)
    await books.enter(node.database, lambda db: spooled.left(db, erased))
    if unwanted:
        logger.info("%d tapes that were erased elsewhere are deleted from the disk", len(unwanted))


async def _stop_what_nobody_returned_to(node: Node, rooms: Rooms) -> None:
    await asyncio.sleep(RETURN_S)
    name = node.settings.node.name
    async with node.database.reading() as db:
        running = await recordings.running_on(db, name)
    for recording in running:
        if rooms.find(recording.meeting_id) is not None:
            continue
        logger.warning("nobody came back to recording %s", short(recording.id))
        moment, id_ = node.clock.utc(node.clock.now()), recording.id
        await books.enter(node.database, lambda db: recordings.stop(db, id_, moment, name))  # noqa: B023
