"""Where somebody speaks in a file of everybody's voices. Who it is, only people can say.

These are no turns, and in no figure: a turn is somebody's. The workbench shows them until a person
has said whose they are, and makes turns of them then. They rest on the consents, to their voices
and to be studied, of everybody who may be heard in them.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import numpy as np
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.kit.db import Database, now
from app.meetings.models import Meeting
from app.recordings.models import Recording
from app.turns.models import SharedSpeech

Spans = Sequence[tuple[int, int]]


async def keep(
    db: AsyncSession, recording_id: UUID, spans: Spans, consent_ids: Collection[UUID]
) -> None:
    """In place of what was heard before; nothing, where nothing was heard. What was dismissed and
    is heard again, as it was, stays dismissed."""
    if not spans:
        return await forget(db, recording_id)
    row = await db.get(SharedSpeech, recording_id) or SharedSpeech(recording_id=recording_id)
    row.segments = [list(span) for span in spans]
    row.dismissed = [each for each in row.segments if each in row.dismissed]
    row.consent_ids, row.heard_at = sorted(map(str, consent_ids)), now()
    db.add(row)
    await db.flush()


def undecided(row: SharedSpeech) -> list[tuple[int, int]]:
    """[start, end) in ms, in order; what nobody has dismissed."""
    return [(start, end) for start, end in row.segments if [start, end] not in row.dismissed]


def stands(row: SharedSpeech, grants: Collection[UUID]) -> bool:
    """`grants`: those that stand."""
    return bool(row.consent_ids) and {str(id_) for id_ in grants}.issuperset(row.consent_ids)


def untold(row: SharedSpeech, turns: Spans) -> list[tuple[int, int]]:
    """What nobody has dismissed and no turns tell: they cover less than half of it, as the
    workbench counts."""
    since, to = np.array(turns, dtype=np.int64).reshape(-1, 2).T

    def told_ms(start: int, end: int) -> int:
        return int(np.maximum(0, np.minimum(end, to) - np.maximum(start, since)).sum())

    return [span for span in undecided(row) if 2 * told_ms(*span) < span[1] - span[0]]


async def of_recordings(
    db: AsyncSession, recording_ids: Collection[UUID]
) -> dict[UUID, SharedSpeech]:
    """Those that are there, whether their consents stand or not."""
    query = select(SharedSpeech).where(col(SharedSpeech.recording_id).in_(recording_ids))
    return {row.recording_id: row for row in (await db.exec(query)).all()}


async def standing(db: AsyncSession, recording_id: UUID, meeting: Meeting) -> SharedSpeech | None:
    """While everybody's consents stand."""
    row = await db.get(SharedSpeech, recording_id)
    return row if row is not None and await _stands(db, row, meeting) else None


async def forget(db: AsyncSession, recording_id: UUID) -> None:
    """What is over its time for one who may be heard in it is over for all."""
    await db.exec(delete(SharedSpeech).where(col(SharedSpeech.recording_id) == recording_id))


async def has_unallowed(db: AsyncSession, recording_id: UUID, meeting: Meeting) -> bool:
    """Whether something is left that some consent allows no longer."""
    row = await db.get(SharedSpeech, recording_id)
    return row is not None and not await _stands(db, row, meeting)


async def erase(database: Database) -> int:
    """Deletes what some consent allows no longer; how many recordings' it was."""
    async with database.reading() as db:
        if not await _fallen(db):
            return 0
    async with database.transaction() as db:
        fallen = await _fallen(db)
        for row in fallen:
            await db.delete(row)
    return len(fallen)


async def _fallen(db: AsyncSession) -> list[SharedSpeech]:
    found = []
    for row in (await db.exec(select(SharedSpeech))).all():
        recording = await db.get_one(Recording, row.recording_id)
        meeting = await db.get_one(Meeting, recording.meeting_id)
        if not await _stands(db, row, meeting):
            found.append(row)
    return found


async def _stands(db: AsyncSession, row: SharedSpeech, meeting: Meeting) -> bool:
    return stands(row, await consent.standing(db, [meeting.group_id]))
