"""Codes go with their turn when the workbench puts another in its place.

A turn never changes: whoever moves its edge, accepts it or takes a step back gives another one that
was made from it. Where exactly one live turn was made from one that is gone, what coders said of
that one is about it. Where it was split or deleted, what they said stays where it was, and is to be
said again.
"""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding.models import CodingAssignment
from app.coding.models import Adjudication, Coding, CodingMemo
from app.kit.db import Database
from app.turns.models import Turn, TurnEdit, TurnIndex

Seen = dict[UUID, int]
"""Recording → the sequence number of its last edit that was followed."""


async def follow(database: Database, seen: Seen) -> None:
    """Looks where somebody has edited since it was `seen`. Cheap when nobody has."""
    async with database.reading() as db:
        edited = await _edited(db)
    for recording_id, sequence in edited.items():
        if seen.get(recording_id) != sequence:
            async with database.transaction() as db:
                await _follow(db, recording_id)
            seen[recording_id] = sequence


async def _edited(db: AsyncSession) -> dict[UUID, int]:
    """The last edit of each recording that somebody codes."""
    coded = select(CodingAssignment.recording_id)
    query = (
        select(TurnEdit.recording_id, func.max(TurnEdit.sequence))
        .where(col(TurnEdit.recording_id).in_(coded))
        .group_by(col(TurnEdit.recording_id))
    )
    return dict((await db.exec(query)).all())


async def _heirs(db: AsyncSession, recording_id: UUID) -> dict[UUID, UUID]:
    """Turn of which something was said → the one live turn that was made from it, over however many
    steps."""
    query = select(Turn).join(TurnIndex, col(TurnIndex.id) == Turn.index_id)
    turns = (await db.exec(query.where(TurnIndex.recording_id == recording_id))).all()
    before = {turn.id: turn.made_from for turn in turns}
    found: dict[UUID, list[UUID]] = {}
    for turn in turns:
        at = turn.made_from if turn.removed_by_edit is None else None
        while at is not None:
            found.setdefault(at, []).append(turn.id)
            at = before.get(at)
    said = select(Coding.turn_id).where(col(Coding.turn_id).in_(found))
    noted = select(CodingMemo.turn_id).where(col(CodingMemo.turn_id).in_(found))
    held = {*(await db.exec(said)).all(), *(await db.exec(noted)).all()}
    return {old: new[0] for old, new in found.items() if len(new) == 1 and old in held}


async def _follow(db: AsyncSession, recording_id: UUID) -> None:
    heirs = await _heirs(db, recording_id)
    for old, new in heirs.items():
        await _move_rows(db, old, new)
        for memo in (await db.exec(select(CodingMemo).where(CodingMemo.turn_id == old))).all():
            if await db.get(CodingMemo, (memo.assignment_id, new)) is None:
                memo.turn_id = new
    query = select(CodingAssignment).where(CodingAssignment.recording_id == recording_id)
    for assignment in (await db.exec(query)).all():
        if assignment.turn_ids is not None:
            moved = {str(old): str(new) for old, new in heirs.items()}
            assignment.turn_ids = [moved.get(each, each) for each in assignment.turn_ids]
    await db.flush()


async def _move_rows(db: AsyncSession, old: UUID, new: UUID) -> None:
    """Whoever has said something of the new turn on an axis already is not contradicted."""
    coded = (await db.exec(select(Coding).where(col(Coding.turn_id).in_([old, new])))).all()
    taken = {(row.assignment_id, row.axis_id) for row in coded if row.turn_id == new}
    for row in coded:
        if row.turn_id == old and (row.assignment_id, row.axis_id) not in taken:
            row.turn_id = new
    query = select(Adjudication).where(col(Adjudication.turn_id).in_([old, new]))
    decided = (await db.exec(query)).all()
    settled = {(row.version_id, row.axis_id) for row in decided if row.turn_id == new}
    for decision in decided:
        if decision.turn_id == old and (decision.version_id, decision.axis_id) not in settled:
            decision.turn_id = new
    await db.flush()
