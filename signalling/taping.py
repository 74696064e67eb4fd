"""Tapes: attached under a consent, detached before anything else happens.

*Stop before you write, write before you start*: a grant is in the ledger before the tape begins; a
withdrawal stops the tape before it goes into the ledger.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.recordings import service as recordings
from app.recordings.models import Source, SpanEnd, Tape
from app.recordings.queue import enqueue_finalise
from app.vault import service as vault
from media.tape.format import TapeOrder
from signalling import books, spans
from signalling.live import Live, LiveTape
from signalling.refusals import CommandRefused
from signalling.room import PURPOSE_OF
from signalling.shipping import hand_over

logger = logging.getLogger(__name__)


async def begin(live: Live, at: datetime) -> None:
    """Starts the meeting's recording and a tape for everyone who consents."""
    async with live.recording_lock:
        if live.room.recording_since is not None:
            raise CommandRefused("already_recording")
        await _keys_are_there(live)
        async with live.node.database.transaction() as db:
            recording = await recordings.start(
                db, live.meeting_id, live.node.settings.node.name, at
            )
        live.recording_id = recording.id
        if live.ended:
            return  # who ended the meeting waits for the lock, to stop what was begun here
        live.deliver(live.room.recording_started(at))
        if live.node.disk.trouble is None:  # else `storage.follow` has it wait
            await _tape_all(live)
        spans.note(live, SpanEnd.STOPPED)


async def _keys_are_there(live: Live) -> None:
    """Raises KeysAway: nobody is told of a recording that cannot be sealed."""
    keys = live.node.database.keys
    assert keys is not None
    await asyncio.to_thread(keys.check)


async def tape_newly_allowed(live: Live) -> None:
    """After a grant or a new publication: a tape for what now may be taped."""
    async with live.recording_lock:
        await _tape_all(live)


def cut(live: Live, publications: Iterable[str]) -> None:
    """Ends these tapes now: when this returns, nothing more of them is written.

    Closing them in the books and handing them to the store goes on beside.
    """
    moment = live.node.clock.utc(live.node.clock.now())
    for publication in publications:
        tape = live.tapes.pop(publication, None)
        if tape is None:
            continue
        size = live.media.detach_tape(publication) or 0
        live.deliver(live.room.taped(publication, recorded=False))
        live.background(_hand_over(live, tape, size, moment))


def halt(live: Live, reason: str) -> None:
    """When this returns nothing more is written of anyone, and everyone is told. Idempotent."""
    cut(live, list(live.tapes))
    if live.room.recording_since is not None:
        live.deliver(live.room.recording_stopped(reason))
        spans.note(live, SpanEnd.STOPPED)


async def stop(live: Live, reason: str) -> None:
    """Stops the recording for everyone, if it runs, and closes it in the books. Idempotent."""
    halt(live, reason)
    async with live.recording_lock:
        recording_id = live.recording_id
        if recording_id is None or live.room.recording_since is not None:
            return  # there is none, or someone started it again while we waited
        moment = live.node.clock.utc(live.node.clock.now())
        database, name = live.node.database, live.node.settings.node.name
        await books.enter(database, lambda db: recordings.stop(db, recording_id, moment, name))


async def finish(live: Live) -> None:
    """When every tape has arrived, and if the meeting is over, the worker is told."""
    await live.settled()
    if live.recording_id is None or not live.ended:
        return
    try:
        await enqueue_finalise(live.node.settings, live.recording_id)
    except SQLAlchemyError:
        # The worker looks for finished recordings by itself; being told only saves it the wait.
        logger.warning("the worker's queue is out of reach; it will find the recording itself")


class _Ordered(NamedTuple):
    publication_id: str
    allowed_by: UUID
    tape: Tape
    key: vault.Unwrapped
    user: UUID


async def _tape_all(live: Live) -> None:
    """In one transaction: with one for each, the last in a full room would begin seconds late."""
    wanted, recording_id = live.room.to_tape(), live.recording_id
    if not wanted or recording_id is None:
        return
    async with live.node.database.transaction() as db:
        await recordings.hold(db, recording_id)
        found = [await _order(db, live, recording_id, publication) for publication in wanted]
    # The world may have changed while the books were written; from here on nothing can.
    for ordered in found:
        if ordered is None:
            continue
        if live.room.allowed_by(ordered.publication_id) == ordered.allowed_by:
            _attach(live, ordered)
        else:
            live.background(_discard(live, ordered.tape.id))


async def _order(
    db: AsyncSession, live: Live, recording_id: UUID, publication_id: str
) -> _Ordered | None:
    allowed_by = live.room.allowed_by(publication_id)
    if allowed_by is None:
        return None  # gone, or no longer allowed, while the tape before this one was ordered
    node, publication = live.node, live.room.publications[publication_id]
    user = live.room.participants[publication.owner].user
    if not await consent.is_open(db, allowed_by):
        return None  # withdrawn on another page a moment ago
    scope = PURPOSE_OF[publication.source]
    others = await recordings.keys_of_others(db, recording_id, allowed_by)
    key = await vault.data_key(db, node.keys, live.meeting_id, user, scope, besides=others)
    tape = await recordings.open_tape(
        db,
        recording_id,
        user_id=user,
        publication_id=publication_id,
        source=Source(publication.source),
        consent_id=allowed_by,
        data_key_id=key.id,
        node_name=node.settings.node.name,
    )
    return _Ordered(publication_id, allowed_by, tape, key, user)


def _attach(live: Live, ordered: _Ordered) -> None:
    publication_id, allowed_by, tape, key, user = ordered
    live.media.attach_tape(
        publication_id,
        TapeOrder(
            path=live.node.spool / tape.path,
            tape_id=str(tape.id),
            meeting_id=str(live.meeting_id),
            participant_id=str(user),
            publication_id=publication_id,
            source=tape.source,
            consent_id=str(allowed_by),
            key_id=str(key.id),
            data_key=key.key,
        ),
    )
    live.tapes[publication_id] = LiveTape(tape.id, tape.path)
    live.deliver(live.room.taped(publication_id, recorded=True))


async def _discard(live: Live, tape_id: UUID) -> None:
    await books.enter(live.node.database, lambda db: recordings.discard_tape(db, tape_id))


async def _hand_over(live: Live, tape: LiveTape, size: int, cut_at: datetime) -> None:
    node = live.node
    await books.enter(node.database, lambda db: recordings.close_tape(db, tape.id, size, cut_at))
    await hand_over(node, tape.id, tape.path)
