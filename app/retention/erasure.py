"""Erasing what is over its time, as the worker does it and as `emessi retention --erase` does.

Turns go first, because a recording whose media is gone is not looked at again; then the data keys,
the objects and the rows, as after a withdrawal. What stays: the ledger, who attended, the row that
says that there was a recording and how long it was, and counts in the audit log.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import Purpose
from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database
from app.kit.ids import short
from app.meetings.models import Meeting
from app.recordings import erasure
from app.recordings.erasures import Kind, note_over
from app.recordings.models import Recording
from app.retention import connections, holds, presence
from app.retention.periods import Deadline, due
from app.retention.service import deadlines
from app.transcripts import erasure as transcripts
from app.transcripts.consents import WORDS
from app.turns import shared
from app.turns.erasure import STUDY, forget
from app.turns.models import Speech, Turn, TurnIndex
from media.store import Store

logger = logging.getLogger(__name__)


class Erased(NamedTuple):
    """What a run took from one recording."""

    deadline: Deadline
    tapes: int
    turns: int
    complete: bool
    """False: the store could not be reached. The keys are destroyed; the next run goes on."""


async def run(
    database: Database,
    store: Store,
    now: datetime,
    *,
    doer: audit.Doer = audit.WORKER,
    programme_id: UUID | None = None,
) -> list[Erased]:
    """Erases all that is due at `now` and that nothing holds, and what was noted beside it of
    connections and presence. Cheap when there is nothing to do. What was erased of recordings."""
    async with database.reading() as db:
        listed = due(await deadlines(db, programme_id), now)
    done: list[Erased] = []
    for each in listed:
        async with database.reading() as db:  # a hold may have been set meanwhile
            again = due(await deadlines(db, recording_id=each.recording_id), now)
        done += [await _erase(database, store, one, now, doer) for one in again]
    if done:
        await _tell(database, done, doer)
    await _erase_late(database, store, programme_id)
    await connections.erase(database, now, doer=doer, programme_id=programme_id)
    await presence.erase(database, now, doer=doer, programme_id=programme_id)
    return done


async def _erase(
    database: Database, store: Store, deadline: Deadline, now: datetime, doer: audit.Doer
) -> Erased:
    over, whole = deadline.over(now), deadline.whole_ends_at <= now
    silenced = None if whole else {part.user_id for part in over if part.purpose in STUDY}
    turns = await _erase_turns(database, deadline, silenced, doer)
    unworded = None if whole else {part.user_id for part in over if part.purpose in WORDS}
    await _erase_words(database, deadline, unworded, doer)
    gone = erasure.Over(frozenset(part.consent_id for part in over), whole)
    name = short(deadline.recording_id)
    try:
        tapes = await erasure.erase(database, store, deadline.recording_id, gone)
    except OSError as error:
        logger.warning("recording %s is not erased yet: %s", name, type(error).__name__)
        return Erased(deadline, 0, turns, complete=False)
    logger.info("recording %s is over its time: %d tapes, %d turns erased", name, tapes, turns)
    return Erased(deadline, tapes, turns, complete=True)


async def _erase_late(database: Database, store: Store, programme_id: UUID | None) -> None:
    """What came to a recording after it was erased, or may come. Those whose it is may not have
    withdrawn: a hold stops this."""
    async with database.reading() as db:
        late = await erasure.late(db)
        held = await holds.in_force(db, programme_id) if late else []
        places = [(id_, await _group(db, id_)) for id_ in late]
    for id_, group in places:
        if programme_id not in (None, group.programme_id):
            continue
        if holds.covering(held, group.programme_id, group.id, id_) is not None:
            continue
        try:
            await erasure.erase(database, store, id_, erasure.ALL_OVER)
        except OSError as error:
            logger.warning("recording %s is not erased yet: %s", short(id_), type(error).__name__)


async def _group(db: AsyncSession, recording_id: UUID) -> Group:
    recording = await db.get_one(Recording, recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    return await db.get_one(Group, meeting.group_id)


async def _erase_turns(
    database: Database, deadline: Deadline, users: Collection[UUID] | None, doer: audit.Doer
) -> int:
    """Takes the turns of these people, or of all, from every index of the recording."""
    indexes = select(TurnIndex.id).where(TurnIndex.recording_id == deadline.recording_id)
    gone = [col(Turn.index_id).in_(indexes)]
    gone += [col(Turn.user_id).in_(users)] if users is not None else []
    async with database.transaction() as db:
        per_person = select(Turn.user_id, func.count()).where(*gone).group_by(col(Turn.user_id))
        counts = sorted((await db.exec(per_person)).all())
        if counts:
            await db.exec(delete(Turn).where(*gone))
        speakers = select(Speech.user_id).where(Speech.recording_id == deadline.recording_id)
        everyone = (await db.exec(speakers)).all()
        await forget(db, deadline.recording_id, everyone if users is None else users)
        if users is None or users:
            await shared.forget(db, deadline.recording_id)
        await _note(db, deadline, Kind.TURNS, dict(counts), STUDY)
        for user_id, count in counts:
            about = _about("turns", deadline, user_id)
            audit.record(db, audit.Deed.ERASED, doer, about, details={"turns": count})
    return sum(count for _, count in counts)


async def _erase_words(
    database: Database, deadline: Deadline, users: Collection[UUID] | None, doer: audit.Doer
) -> None:
    """Takes every line of these people, or of all."""
    async with database.transaction() as db:
        removed = await transcripts.erase_of(db, deadline.recording_id, users)
        await _note(db, deadline, Kind.LINES, removed, WORDS)
        for user_id, count in sorted(removed.items()):
            about = _about("transcript", deadline, user_id)
            audit.record(db, audit.Deed.ERASED, doer, about, details={"lines": count})


async def _note(
    db: AsyncSession,
    deadline: Deadline,
    kind: Kind,
    removed: Mapping[UUID, int],
    purposes: Collection[Purpose],
) -> None:
    """In the receipts of those who had agreed to it: nobody else has anything to be told of."""
    agreed = {part.user_id for part in deadline.parts if part.purpose in purposes}
    told = {user_id: count for user_id, count in removed.items() if user_id in agreed}
    await note_over(db, deadline.recording_id, kind, told)


def _about(kind: str, deadline: Deadline, user_id: UUID) -> audit.About:
    return audit.About(
        kind,
        deadline.recording_id,
        user_id,
        deadline.programme_id,
        deadline.group_id,
        deadline.meeting_id,
    )


async def _tell(database: Database, done: Sequence[Erased], doer: audit.Doer) -> None:
    """One entry per programme that something was taken from."""
    async with database.transaction() as db:
        for programme_id in sorted({one.deadline.programme_id for one in done}):
            its = [one for one in done if one.deadline.programme_id == programme_id]
            counts = {
                "recordings": len(its),
                "tapes": sum(one.tapes for one in its),
                "turns": sum(one.turns for one in its),
            }
            about = audit.About("programme", programme_id, programme_id=programme_id)
            audit.record(db, audit.Deed.RETENTION_RUN, doer, about, details=counts)
