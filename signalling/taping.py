"""Tapes: attached under a consent, detached before anything else happens.

*Stop before you write, write before you start*: a grant is in the ledger before the tape begins; a
withdrawal stops the tape before it goes into the ledger.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.consent import service as consent
from app.kit.ids import short
from app.meetings import service as meetings
from app.recordings import service as recordings
from app.recordings.models import Source
from app.recordings.queue import enqueue_finalise
from app.vault import service as vault
from media.shipper import ship
from media.tape.format import TapeOrder
from signalling.live import Live, LiveTape
from signalling.room import PURPOSE_OF

logger = logging.getLogger(__name__)

SHIP_RETRY_S = 5.0
"""Try the store again after this while it cannot be reached. The tape waits on our own disk."""


async def begin(live: Live, at: datetime) -> None:
    """Starts the meeting's recording and a tape for everyone who consents."""
    async with live.recording_lock:
        async with live.node.database.transaction() as db:
            recording = await recordings.start(
                db, live.meeting_id, live.node.settings.node.name, at
            )
        live.recording_id = recording.id
        live.deliver(live.room.recording_started(at))
        await _tape_all(live)


async def tape_newly_allowed(live: Live) -> None:
    """After a grant or a new publication: a tape for what now may be taped."""
    async with live.recording_lock:
        await _tape_all(live)


def cut(live: Live, publications: Iterable[str]) -> None:
    """Ends these tapes now: when this returns, nothing more of them is written.

    Closing them in the books and handing them to the store goes on beside.
    """
    for publication in publications:
        tape = live.tapes.pop(publication, None)
        if tape is None:
            continue
        size = live.media.detach_tape(publication) or 0
        live.deliver(live.room.taped(publication, recorded=False))
        live.background(_hand_over(live, tape, size))


async def stop(live: Live, reason: str) -> None:
    """Stops the recording for everyone."""
    cut(live, list(live.tapes))
    live.deliver(live.room.recording_stopped(reason))
    async with live.recording_lock:
        cut(live, list(live.tapes))  # one that was being ordered while we stopped
        if live.recording_id is not None:
            async with live.node.database.transaction() as db:
                moment = live.node.clock.utc(live.node.clock.now())
                await recordings.stop(db, live.recording_id, moment)


async def finish(live: Live) -> None:
    """At the end of the meeting: when every tape has arrived, the worker is told."""
    await live.settled()
    if live.recording_id is None:
        return
    try:
        await enqueue_finalise(live.node.settings, live.recording_id)
    except SQLAlchemyError:
        # The worker looks for finished recordings by itself; being told only saves it the wait.
        logger.warning("the worker's queue is out of reach; it will find the recording itself")


async def _tape_all(live: Live) -> None:
    for publication in live.room.to_tape():
        await _tape(live, publication)


async def _tape(live: Live, publication_id: str) -> None:
    node, publication = live.node, live.room.publications[publication_id]
    owner = live.room.participants[publication.owner]
    allowed_by = live.room.allowed_by(publication_id)
    if allowed_by is None or live.recording_id is None:
        return
    async with node.database.transaction() as db:
        scope = PURPOSE_OF[publication.source]
        key = await vault.data_key(db, node.keys, live.meeting_id, owner.user, scope)
        tape = await recordings.open_tape(
            db,
            live.recording_id,
            user_id=owner.user,
            publication_id=publication_id,
            source=Source(publication.source),
            consent_id=allowed_by,
            data_key_id=key.id,
            node_name=node.settings.node.name,
        )
    # The world may have changed while the books were written; from here on nothing can.
    if live.room.allowed_by(publication_id) != allowed_by:
        live.background(_discard(live, tape.id))
        return
    live.media.attach_tape(
        publication_id,
        TapeOrder(
            path=node.spool / tape.path,
            tape_id=str(tape.id),
            meeting_id=str(live.meeting_id),
            participant_id=str(owner.user),
            publication_id=publication_id,
            source=publication.source,
            consent_id=str(allowed_by),
            key_id=str(key.id),
            data_key=key.key,
        ),
    )
    live.tapes[publication_id] = LiveTape(tape.id, tape.path)
    live.deliver(live.room.taped(publication_id, recorded=True))


async def _discard(live: Live, tape_id: UUID) -> None:
    """A tape that was entered in the books and never begun."""
    async with live.node.database.transaction() as db:
        await recordings.discard_tape(db, tape_id)


async def _hand_over(live: Live, tape: LiveTape, size: int) -> None:
    node = live.node
    async with node.database.transaction() as db:
        await recordings.close_tape(db, tape.id, size)
    while True:
        try:
            stored = await ship(node.store, node.spool, tape.path)
            break
        except OSError as error:
            logger.warning(
                "the store did not take tape %s: %s", short(tape.id), type(error).__name__
            )
            await asyncio.sleep(SHIP_RETRY_S)
    async with node.database.transaction() as db:
        await recordings.tape_stored(db, tape.id, stored)


async def meeting_is_over(live: Live) -> bool:
    """Whether the meeting was ended from outside the room."""
    async with live.node.database.reading() as db:
        return await meetings.is_over(db, live.meeting_id)


async def cut_what_no_longer_stands(live: Live) -> None:
    """Ends tapes whose consent was withdrawn elsewhere, on another page of the same person."""
    if not live.tapes:
        return
    async with live.node.database.reading() as db:
        in_force = await consent.in_force(db, live.group_id)
    for person in list(live.room.participants.values()):
        granted = {purpose.value for purpose in in_force.get(person.user, {})}
        for purpose in set(person.consents) - granted:
            cut(live, live.room.resting_on(person.id, purpose))
            live.deliver(live.room.ended(person.id, purpose, "withdrawn"))
