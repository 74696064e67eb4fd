"""Erasing what a withdrawal reaches: media first, then turns, then the quality log."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database
from app.kit.ids import short
from app.meetings.models import Meeting
from app.quality import erasure as quality
from app.recordings import consents, erasure, erasures
from app.recordings import service as recordings
from app.recordings.models import Recording
from app.turns import service, shared
from app.turns.models import DrawnFigures, Speech, Turn, TurnEdit, TurnIndex
from media.store import Store

logger = logging.getLogger(__name__)

STUDY = (Purpose.AUDIO, Purpose.INDEXING)
"""The purposes that turns rest on."""


async def erase_withdrawn(database: Database, store: Store) -> None:
    """Erases everything that no consent allows any longer. Cheap when there is nothing to do.

    A recording whose media the store does not let go of is left for the next time: its keys are
    destroyed by then.
    """
    async with database.reading() as db:
        waiting = await erasure.waiting(db)
        touched = await _with_turns_of_withdrawn(db)
    for recording_id in waiting:
        try:
            tapes = await erasure.erase(database, store, recording_id)
        except OSError as error:
            kind = type(error).__name__
            logger.warning("recording %s is not erased yet: %s", short(recording_id), kind)
            continue
        logger.info("recording %s: %d tapes erased", short(recording_id), tapes)
    for recording_id in touched:
        async with database.transaction() as db:
            count = await erase_turns(db, recording_id)
        if count:
            logger.info("recording %s: %d turns erased", short(recording_id), count)
    count = await shared.erase(database)
    if count:
        logger.info("%d recordings: speech of nobody known erased", count)
    count = await quality.erase_withdrawn(database)
    if count:
        logger.info("%d stretches of the quality log erased", count)


async def erase_turns(db: AsyncSession, recording_id: UUID) -> int:
    """Deletes from every index the turns of people whose consent no longer covers them, also those
    that an edit took away, and the speech that they were proposed from. How many turns."""
    recording = await db.get(Recording, recording_id)
    meeting = await db.get(Meeting, recording.meeting_id) if recording else None
    if meeting is None:
        return 0
    removed: Counter[UUID] = Counter()
    query = select(TurnIndex).where(TurnIndex.recording_id == recording_id)
    for index in (await db.exec(query)).all():
        studied = await service.studied_in(db, index, meeting)
        where = (col(Turn.index_id) == index.id, col(Turn.user_id).not_in(studied))
        removed.update((await db.exec(select(Turn.user_id).where(*where))).all())
        await db.exec(delete(Turn).where(*where))
    await forget(db, recording_id, await service.unstudied(db, recording_id, meeting))
    if removed:
        ended_by = ledger.ended_by(await consent.chain(db, meeting.group_id))
        kind = erasures.Kind.TURNS
        await erasures.note_rows(db, recording_id, ended_by, kind, removed, STUDY)
        group = await db.get_one(Group, meeting.group_id)
        about = audit.About("turns", recording_id, None, group.programme_id, group.id, meeting.id)
        details = {"turns": removed.total()}
        audit.record(db, audit.Deed.ERASED, audit.WORKER, about, details=details)
    return removed.total()


async def forget(db: AsyncSession, recording_id: UUID, users: Collection[UUID]) -> None:
    """What is left of people beside their turns: where they spoke, edits of nothing else, and what
    was drawn of everybody's turns, which is drawn anew of those that remain."""
    gone = (col(Speech.recording_id) == recording_id, col(Speech.user_id).in_(users))
    await db.exec(delete(Speech).where(*gone))
    touched = select(Turn.id).where(
        (col(Turn.added_by_edit) == TurnEdit.id) | (col(Turn.removed_by_edit) == TurnEdit.id)
    )
    empty = (col(TurnEdit.recording_id) == recording_id, ~touched.exists())
    await db.exec(delete(TurnEdit).where(*empty))
    await db.exec(delete(DrawnFigures).where(col(DrawnFigures.recording_id) == recording_id))


async def _with_turns_of_withdrawn(db: AsyncSession) -> list[UUID]:
    """Recordings with turns or speech that no consent covers any longer. Asked every few
    seconds, so it begins with the few who ever ended a consent that turns rest on, and reads
    nothing of anybody else."""
    query = (
        select(Recording.id, ConsentDecision.group_id, ConsentDecision.user_id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .join(ConsentDecision, col(ConsentDecision.group_id) == Meeting.group_id)
        .where(
            col(ConsentDecision.purpose).in_(STUDY),
            ConsentDecision.decision != Decision.GRANTED,
            col(ConsentDecision.keeps_earlier).is_(False),
        )
        .distinct()
    )
    found = (await db.exec(query)).all()
    if not found:
        return []
    group_of = {recording_id: group_id for recording_id, group_id, _ in found}
    users = {user_id for _, _, user_id in found}
    chains = await consent.chains(db, set(group_of.values()))
    tapes = await recordings.tapes_of(db, group_of)
    return sorted(
        {
            recording_id
            for recording_id, user_id, at in await _heard(db, users)
            if recording_id in group_of
            and user_id
            not in consents.studied(chains[group_of[recording_id]], tapes[recording_id], at)
        }
    )


async def _heard(db: AsyncSession, users: Collection[UUID]) -> list[tuple[UUID, UUID, datetime]]:
    """Where there is something of these people: the recording, who, and when it was heard."""
    turns = (
        select(TurnIndex.recording_id, Turn.user_id, TurnIndex.created_at)
        .where(Turn.index_id == TurnIndex.id, col(Turn.user_id).in_(users))
        .distinct()
    )
    speech = select(Speech.recording_id, Speech.user_id, Speech.heard_at)
    kept = speech.where(col(Speech.user_id).in_(users))
    return [*(await db.exec(turns)).all(), *(await db.exec(kept)).all()]
