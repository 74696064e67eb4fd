"""A full disk: the meeting goes on, recording is interrupted and goes on when there is room.

In the books the recording runs on, so that a node that is killed meanwhile takes it up again; how
long nothing was written stands beside it (`recording_interruptions`).
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from app.recordings import interruptions
from app.recordings.models import InterruptionReason
from signalling import books, taping
from signalling.live import Live, Node
from signalling.messages import RecordingInterrupted, RecordingResumed

logger = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often the disk is asked for its room. Lower: a system call more often, for nothing. Higher: a
disk that fills quickly refuses a tape before the reserve is noticed, and its last chunk is lost."""


async def watch(node: Node, follow_all: Callable[[], None]) -> None:
    """Looks at the disk for as long as the node lives, and has the meetings follow it."""
    while True:
        try:
            await _look(node)
        except OSError as error:
            node.disk.refused(error.strerror or type(error).__name__, node.clock.now())
        follow_all()
        await asyncio.sleep(LOOK_S)


async def _look(node: Node) -> None:
    disk = node.disk
    before = disk.trouble
    free = await asyncio.to_thread(disk.free)
    if disk.judge(free, node.clock.now()):
        try:
            await asyncio.to_thread(disk.probe)
        except OSError as error:
            disk.still_refuses(error.strerror or type(error).__name__, node.clock.now())
        else:
            disk.resume(node.clock.now())
            logger.warning("storage alert is over: recordings go on, %s MB are free", free >> 20)
    if before is None and disk.trouble is not None:
        alert(node)


def alert(node: Node) -> None:
    """In the log at once; the next beat brings it to the administrators' page and `/healthz`."""
    node_name = node.settings.node.name
    logger.error(
        "storage alert on %s: recordings are interrupted (%s)", node_name, node.disk.trouble
    )


def refused(node: Node, reason: str) -> None:
    """The disk did not take what a tape gave it."""
    if node.disk.trouble is None:
        node.disk.refused(reason, node.clock.now())
        alert(node)


def follow(live: Live) -> None:
    """Has one meeting do what the disk allows. Idempotent."""
    room = live.room
    refuses = live.node.disk.trouble is not None
    if refuses and room.recording_since is not None and not room.interrupted:
        _interrupt(live)
    elif room.interrupted and not refuses:
        _resume(live)


def _interrupt(live: Live) -> None:
    live.room.interrupted = True
    taping.cut(live, list(live.tapes))
    live.deliver(live.room.everyone(RecordingInterrupted(reason="disk")))
    live.background(_note_the_beginning(live, _moment(live)))


def _resume(live: Live) -> None:
    live.room.interrupted = False
    live.deliver(live.room.everyone(RecordingResumed()))
    live.background(_go_on(live, _moment(live)))


async def _note_the_beginning(live: Live, at: datetime) -> None:
    async with live.recording_lock:
        if (recording_id := live.recording_id) is not None:
            await books.enter(
                live.node.database,
                lambda db: interruptions.begin(db, recording_id, at, InterruptionReason.DISK),
            )


async def _go_on(live: Live, at: datetime) -> None:
    async with live.recording_lock:
        if (recording_id := live.recording_id) is not None:
            await books.enter(
                live.node.database, lambda db: interruptions.end(db, recording_id, at)
            )
    await taping.tape_newly_allowed(live)


def _moment(live: Live) -> datetime:
    clock = live.node.clock
    return clock.utc(clock.now())
