"""Erasing words that no consent allows any longer, after everything below them."""

import json
import logging
from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import String, cast
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision
from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database
from app.kit.ids import short
from app.meetings.models import Meeting
from app.recordings import erasures
from app.recordings.models import Recording
from app.transcripts import consents
from app.transcripts.models import Utterance
from app.turns import erasure as turns
from media.store import Store

logger = logging.getLogger(__name__)


async def erase_withdrawn(database: Database, store: Store) -> None:
    """Erases everything that no consent allows any longer. Cheap when there is nothing to do."""
    await turns.erase_withdrawn(database, store)
    async with database.reading() as db:
        touched = await _with_words_of_withdrawn(db)
    for recording_id in touched:
        async with database.transaction() as db:
            count = await erase_words(db, recording_id)
        if count:
            logger.info("recording %s: %d lines of words erased", short(recording_id), count)


async def erase_words(db: AsyncSession, recording_id: UUID) -> int:
    """Deletes every version of every line that no consent covers any longer; how many."""
    recording = await db.get(Recording, recording_id)
    meeting = await db.get(Meeting, recording.meeting_id) if recording else None
    if meeting is None:
        return 0
    rows = await consent.chain(db, meeting.group_id)
    going = _unallowed(await _of(db, recording_id), rows)
    if not going:
        return 0
    removed = Counter(each.user_id for each in going)
    await db.exec(delete(Utterance).where(col(Utterance.id).in_([each.id for each in going])))
    ended_by, kind = ledger.ended_by(rows), erasures.Kind.LINES
    await erasures.note_rows(db, recording_id, ended_by, kind, removed, consents.WORDS)
    group = await db.get_one(Group, meeting.group_id)
    for user_id, count in sorted(removed.items()):
        about = audit.About(
            "transcript", recording_id, user_id, group.programme_id, group.id, meeting.id
        )
        audit.record(db, audit.Deed.ERASED, audit.WORKER, about, details={"lines": count})
    return removed.total()


async def erase_of(
    db: AsyncSession, recording_id: UUID, users: Collection[UUID] | None
) -> Counter[UUID]:
    """Deletes the words of these people, or of all, whatever their consents; how many of each."""
    found = await _of(db, recording_id)
    going = [each for each in found if users is None or each.user_id in users]
    await db.exec(delete(Utterance).where(col(Utterance.id).in_([each.id for each in going])))
    return Counter(each.user_id for each in going)


async def has_unallowed(
    db: AsyncSession, recording_id: UUID, user_id: UUID, rows: Sequence[ConsentDecision]
) -> bool:
    """Whether words of this person are left that may not be."""
    own = [each for each in await _of(db, recording_id) if each.user_id == user_id]
    return bool(_unallowed(own, rows))


def _unallowed(utterances: Sequence[Utterance], rows: Sequence[ConsentDecision]) -> list[Utterance]:
    kept = {each.id for each in consents.usable(utterances, ledger.standing(rows))}
    return [each for each in utterances if each.id not in kept]


async def _of(db: AsyncSession, recording_id: UUID) -> Sequence[Utterance]:
    query = select(Utterance).where(Utterance.recording_id == recording_id)
    return (await db.exec(query)).all()


async def _with_words_of_withdrawn(db: AsyncSession) -> list[UUID]:
    """Recordings with words that rest on a consent which stands no more. Asked every few seconds,
    so it begins with the few who ever ended a consent that words rest on, and reads of their lines
    only what these rest on."""
    ended = select(ConsentDecision.user_id).where(
        col(ConsentDecision.purpose).in_(consents.WORDS),
        ConsentDecision.decision != Decision.GRANTED,
        col(ConsentDecision.keeps_earlier).is_(False),
    )
    users = (await db.exec(ended.distinct())).all()
    if not users:
        return []
    query = (
        select(Utterance.recording_id, Meeting.group_id, cast(col(Utterance.consent_ids), String))
        .join(Recording, col(Recording.id) == Utterance.recording_id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(col(Utterance.user_id).in_(users))
        .distinct()
    )
    found = (await db.exec(query)).all()
    standing = await consent.standing(db, {group_id for _, group_id, _ in found})
    return sorted(
        {id_ for id_, _, written in found if not consents.stands(json.loads(written), standing)}
    )
