"""Erasing chat lines: what a withdrawal reaches, and what is over its time."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import service
from app.chat.models import ChatLine
from app.consent import ledger
from app.consent import service as consent
from app.consent.ended import ended
from app.consent.models import ConsentDecision, Purpose
from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database
from app.meetings.models import Meeting
from app.programmes.models import Programme, RetentionChange
from app.recordings import erasures
from app.recordings.models import Recording
from app.retention import holds, periods
from app.retention import service as retention

KIND = "chat"


class Place(NamedTuple):
    """Where lines lie."""

    recording: Recording
    meeting: Meeting
    group: Group


async def erase_withdrawn(database: Database) -> int:
    """Erases the lines that no consent allows any longer; how many. Cheap when there are none, and
    then nobody waits for a write."""
    reached = col(ChatLine.consent_id).in_(ended(ChatLine, col(ChatLine.at)))
    query = select(ChatLine.recording_id).where(reached).distinct()
    async with database.reading() as db:
        touched = (await db.exec(query)).all()
    count = 0
    for recording_id in touched:
        async with database.transaction() as db:
            count += await _erase_unallowed(db, recording_id)
    return count


async def erase(
    database: Database,
    moment: datetime,
    *,
    doer: audit.Doer = audit.WORKER,
    programme_id: UUID | None = None,
) -> int:
    """Erases the lines that are kept as long as was promised to their writers, and as the programme
    keeps its recordings; how many. A hold on recording, group or programme stops that."""
    async with database.reading() as db:
        if not await due(db, moment, programme_id):
            return 0
    count = 0
    async with database.transaction() as db:
        for place, lines in await due(db, moment, programme_id):  # a hold may have been set
            removed = Counter(line.user_id for line in lines)
            await erasures.note_over(db, place.recording.id, erasures.Kind.CHAT, removed)
            await _delete(db, place, lines, doer)
            count += len(lines)
    return count


async def has_unallowed(
    db: AsyncSession, recording_id: UUID, user_id: UUID, rows: Sequence[ConsentDecision]
) -> bool:
    """Whether lines of this person are left that may not be."""
    query = select(ChatLine).where(
        ChatLine.recording_id == recording_id, ChatLine.user_id == user_id
    )
    own = (await db.exec(query)).all()
    return len(service.covered(own, rows)) < len(own)


async def _erase_unallowed(db: AsyncSession, recording_id: UUID) -> int:
    place = await _place(db, recording_id)
    rows = await consent.chain(db, place.group.id)
    query = select(ChatLine).where(ChatLine.recording_id == recording_id)
    lines = (await db.exec(query)).all()
    kept = {line.id for line in service.covered(lines, rows)}
    going = [line for line in lines if line.id not in kept]
    removed = Counter(line.user_id for line in going)
    ended_by, kind = ledger.ended_by(rows), erasures.Kind.CHAT
    await erasures.note_rows(db, recording_id, ended_by, kind, removed, [Purpose.CHAT])
    await _delete(db, place, going, audit.WORKER)
    return len(going)


async def due(
    db: AsyncSession, moment: datetime, programme_id: UUID | None
) -> list[tuple[Place, list[ChatLine]]]:
    """What is over its time at that moment and not held, by recording."""
    held, changes = await holds.in_force(db), await retention.changes_of(db, programme_id)
    found = []
    for recording_id in (await db.exec(select(ChatLine.recording_id).distinct())).all():
        place = await _place(db, recording_id)
        programme = await db.get_one(Programme, place.group.programme_id)
        if programme_id not in (None, programme.id):
            continue
        if holds.covering(held, programme.id, place.group.id, recording_id) is not None:
            continue
        parts = await _parts(db, place.recording, programme, changes[programme.id])
        over = [part.consent_id for part in parts if part.ends_at <= moment]
        if over:
            query = select(ChatLine).where(
                ChatLine.recording_id == recording_id, col(ChatLine.consent_id).in_(over)
            )
            found.append((place, list((await db.exec(query)).all())))
    return found


async def parts_of(db: AsyncSession, recording_id: UUID) -> tuple[periods.Part, ...]:
    """How long the lines of a recording may be kept, grant by grant; empty when there are none."""
    place = await _place(db, recording_id)
    programme = await db.get_one(Programme, place.group.programme_id)
    changes = await retention.changes_of(db, programme.id)
    return await _parts(db, place.recording, programme, changes[programme.id])


async def _parts(
    db: AsyncSession,
    recording: Recording,
    programme: Programme,
    changes: Sequence[RetentionChange],
) -> tuple[periods.Part, ...]:
    """The shorter of two periods wins, as with everything recorded."""
    rests_on = select(ChatLine.consent_id).where(ChatLine.recording_id == recording.id)
    grants = select(ConsentDecision).where(col(ConsentDecision.id).in_(rests_on))
    its = (await db.exec(grants)).all()
    return periods.parts(recording.started_at, its, changes, programme.retention_days)


async def _place(db: AsyncSession, recording_id: UUID) -> Place:
    recording = await db.get_one(Recording, recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    return Place(recording, meeting, await db.get_one(Group, meeting.group_id))


async def _delete(
    db: AsyncSession, place: Place, going: Collection[ChatLine], doer: audit.Doer
) -> None:
    """With one audit entry per person: how many, and never a word."""
    await db.exec(delete(ChatLine).where(col(ChatLine.id).in_([line.id for line in going])))
    recording, meeting, group = place
    for user_id, count in sorted(Counter(line.user_id for line in going).items()):
        about = audit.About(KIND, recording.id, user_id, group.programme_id, group.id, meeting.id)
        audit.record(db, audit.Deed.ERASED, doer, about, details={"lines": count})
