"""From speech to proposals: when a recording is finished, and again when the rules change.

Where people have judged, nothing is proposed; what they accepted stands.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.groups.models import Group
from app.kit.db import Database, now
from app.kit.ids import short
from app.meetings.models import Meeting
from app.recordings import consents
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState
from app.turns import rules as turn_rules
from app.turns import service
from app.turns.detection import VERSION, DetectedTurn, Segment, detect
from app.turns.judging import judged
from app.turns.models import Speech, Turn, TurnEdit, TurnIndex, TurnRuleSet, TurnState

logger = logging.getLogger(__name__)

UNKNOWN = UUID(int=0)
"""`service.store` puts the id of the index it makes in this place."""


async def keep_speech(
    db: AsyncSession, recording_id: UUID, heard: Mapping[UUID, Sequence[tuple[int, int]]]
) -> None:
    """In place of what was heard before. Whoever says nothing has no row."""
    await db.exec(delete(Speech).where(col(Speech.recording_id) == recording_id))
    at = now()
    for user_id, spans in heard.items():
        if spans:
            segments = [list(span) for span in spans]
            row = Speech(recording_id=recording_id, user_id=user_id, segments=segments, heard_at=at)
            db.add(row)
    await db.flush()


async def propose(
    db: AsyncSession,
    meeting: Meeting,
    recording_id: UUID,
    rules: TurnRuleSet,
    detector: dict[str, Any],
) -> TurnIndex:
    """A new index by these rules, of the speech that the consents in force allow to be used.
    `detector`: what the speech was heard with, to be printed beside the rules."""
    await recordings.hold(db, recording_id)  # no edit comes in between
    query = select(Speech).where(Speech.recording_id == recording_id)
    speech = (await db.exec(query)).all()
    rows = await consent.chain(db, meeting.group_id)
    tapes = await recordings.tapes(db, recording_id)
    heard = {
        each.user_id: [Segment(start, end) for start, end in each.segments]
        for each in speech
        if each.user_id in consents.studied(rows, tapes, each.heard_at)
    }
    turns = await _touched(db, recording_id)
    edits = select(TurnEdit).where(TurnEdit.recording_id == recording_id)
    done = judged(turns, (await db.exec(edits)).all())
    held = [
        DetectedTurn(turn.user_id, turn.start_ms, turn.end_ms, turn.is_backchannel)
        for turn in turns
        if turn.removed_by_edit is None and turn.state == TurnState.ACCEPTED
    ]
    found = detect(heard, turn_rules.detection(rules), done, held)
    return await service.store(
        db,
        recording_id,
        VERSION,
        turn_rules.parameters(rules, detector),
        map(_turn, found),
        rules_id=rules.id if rules.version else None,
        heard_at=speech[0].heard_at if speech else None,
    )


async def repropose(database: Database) -> None:
    """For every recording that has no index by the rules in force, but not in place of turns that
    were marked with another program. Cheap when there is none."""
    async with database.reading() as db:
        waiting = await _outdated(db)
    for recording_id in waiting:
        async with database.transaction() as db:
            recording = await db.get_one(Recording, recording_id)
            meeting = await db.get_one(Meeting, recording.meeting_id)
            group = await db.get_one(Group, meeting.group_id)
            rules = await turn_rules.in_force(db, group.programme_id)
            before = await service.newest(db, recording_id)
            told = before.parameters if before else {}
            detector = {name: told[name] for name in turn_rules.DETECTOR if name in told}
            await propose(db, meeting, recording_id, rules, detector)
        logger.info("recording %s: turns by rules %d", short(recording_id), rules.version)


async def _touched(db: AsyncSession, recording_id: UUID) -> Sequence[Turn]:
    """What an edit took or gave, in any index."""
    indexes = select(TurnIndex.id).where(TurnIndex.recording_id == recording_id)
    touched = col(Turn.added_by_edit).is_not(None) | col(Turn.removed_by_edit).is_not(None)
    query = select(Turn).where(col(Turn.index_id).in_(indexes), touched)
    return (await db.exec(query)).all()


async def _outdated(db: AsyncSession) -> list[UUID]:
    newest = (
        select(TurnRuleSet.programme_id, func.max(TurnRuleSet.version).label("version"))
        .group_by(col(TurnRuleSet.programme_id))
        .subquery()
    )
    made = select(TurnIndex.id).where(
        TurnIndex.recording_id == Recording.id, TurnIndex.rules_id == TurnRuleSet.id
    )
    heard = select(Speech.user_id).where(Speech.recording_id == Recording.id)
    imported = select(TurnIndex.id).where(
        TurnIndex.recording_id == Recording.id, col(TurnIndex.version).startswith(service.IMPORTED)
    )
    query = (
        select(Recording.id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .join(Group, col(Group.id) == Meeting.group_id)
        .join(newest, newest.c.programme_id == Group.programme_id)
        .join(
            TurnRuleSet,
            (col(TurnRuleSet.programme_id) == newest.c.programme_id)
            & (col(TurnRuleSet.version) == newest.c.version),
        )
        .where(
            Recording.state == RecordingState.READY,
            heard.exists(),
            ~made.exists(),
            ~imported.exists(),
        )
    )
    return list((await db.exec(query)).all())


def _turn(turn: DetectedTurn[UUID]) -> Turn:
    return Turn(
        index_id=UNKNOWN,
        user_id=turn.user,
        start_ms=turn.start_ms,
        end_ms=turn.end_ms,
        is_backchannel=turn.is_backchannel,
    )
