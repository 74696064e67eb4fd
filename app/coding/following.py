"""Codes go with their turn when the workbench puts another in its place.

A turn never changes: whoever moves its edge, accepts it or takes a step back gives another one that
was made from it. Where exactly one live turn was made from one that is gone, what coders said of
that one is about it. Where it was split or deleted, what they said stays where it was, and is to be
said again.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.coding.models import Adjudication, Coding, CodingAssignment, CodingMemo
from app.kit.db import Database
from app.turns.models import Turn, TurnIndex


async def follow(database: Database) -> None:
    """Cheap when there is nothing to do."""
    async with database.reading() as db:
        waiting = await _waiting(db)
    for recording_id in waiting:
        async with database.transaction() as db:
            await _follow(db, recording_id)


async def _waiting(db: AsyncSession) -> Sequence[UUID]:
    """Recordings of which somebody said something about a turn that is gone, and that lives on."""
    gone = (
        select(TurnIndex.recording_id)
        .join(Turn, col(Turn.index_id) == TurnIndex.id)
        .where(col(Turn.removed_by_edit).is_not(None))
    )
    of_coders = col(Turn.id).in_(select(Coding.turn_id).where(col(Coding.ended_at).is_(None)))
    memos = col(Turn.id).in_(select(CodingMemo.turn_id))
    said = (await db.exec(gone.where(of_coders | memos).distinct())).all()
    return [id_ for id_ in said if await _heirs(db, id_)]


async def _heirs(db: AsyncSession, recording_id: UUID) -> dict[UUID, UUID]:
    """Gone turn → the one live turn that was made from it, over however many steps."""
    query = select(Turn).join(TurnIndex, col(TurnIndex.id) == Turn.index_id)
    turns = (await db.exec(query.where(TurnIndex.recording_id == recording_id))).all()
    before = {turn.id: turn.made_from for turn in turns}
    found: dict[UUID, list[UUID]] = {}
    for turn in turns:
        at = turn.made_from if turn.removed_by_edit is None else None
        while at is not None:
            found.setdefault(at, []).append(turn.id)
            at = before.get(at)
    gone = {turn.id for turn in turns if turn.removed_by_edit is not None}
    said = select(Coding.turn_id).where(col(Coding.turn_id).in_(gone))
    noted = select(CodingMemo.turn_id).where(col(CodingMemo.turn_id).in_(gone))
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
