"""What stands of an assignment, and what of it is to be coded again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding.models import CodingAssignment
from app.codebooks.document import CodebookDocument
from app.coding.models import Coding, CodingMemo
from app.turns.service import TurnRow


class Decision(NamedTuple):
    """What stands of one turn on one axis: the first code leads."""

    turn_id: UUID
    axis_id: UUID
    code_ids: list[UUID]
    confidence: int | None
    decided_at: datetime


async def decisions(db: AsyncSession, assignment_id: UUID) -> list[Decision]:
    """What stands of an assignment, also of turns that are not in use at the moment."""
    query = (
        select(Coding)
        .where(Coding.assignment_id == assignment_id, col(Coding.ended_at).is_(None))
        .order_by(col(Coding.is_primary).desc(), col(Coding.id))
    )
    cells: dict[tuple[UUID, UUID], Decision] = {}
    for row in (await db.exec(query)).all():
        found = cells.setdefault(
            (row.turn_id, row.axis_id),
            Decision(row.turn_id, row.axis_id, [], row.confidence, row.decided_at),
        )
        found.code_ids.append(row.code_id)
    return list(cells.values())


async def memos(db: AsyncSession, assignment_id: UUID) -> dict[UUID, str]:
    query = select(CodingMemo).where(CodingMemo.assignment_id == assignment_id)
    return {row.turn_id: row.body for row in (await db.exec(query)).all()}


def coded(document: CodebookDocument, found: Sequence[Decision]) -> set[UUID]:
    """Turns with a code on every required axis; where none is required, on any."""
    held: dict[UUID, set[UUID]] = {}
    for each in found:
        held.setdefault(each.turn_id, set()).add(each.axis_id)
    return {turn_id for turn_id, axes in held.items() if document.required <= axes}


def asked(assignment: CodingAssignment, rows: Iterable[TurnRow]) -> list[UUID]:
    """Of the turns in use, those that this assignment asks for."""
    drawn = None if assignment.turn_ids is None else set(assignment.turn_ids)
    return [
        row.turn.id
        for row in rows
        if row.is_counted and (drawn is None or str(row.turn.id) in drawn)
    ]


def decided_since_finished() -> ColumnElement[bool]:
    """Of codings beside their assignments: what a coder decided, were it to take a code away, after
    having first finished."""
    finished = col(CodingAssignment.finished_at)
    taken_away = and_(col(Coding.ended_at) >= finished, col(Coding.ended_by_mapping).is_(None))
    return or_(col(Coding.decided_at) >= finished, taken_away)


async def touched(db: AsyncSession, assignment_id: UUID) -> set[UUID]:
    """Turns about which the coder decided something after having first finished."""
    query = select(Coding.turn_id).where(
        Coding.assignment_id == assignment_id,
        Coding.assignment_id == CodingAssignment.id,
        decided_since_finished(),
    )
    return set((await db.exec(query.distinct())).all())


async def lacking(
    db: AsyncSession,
    assignment: CodingAssignment,
    document: CodebookDocument,
    rows: Iterable[TurnRow],
) -> list[UUID]:
    """What it asks for and nobody has coded whole."""
    done = coded(document, await decisions(db, assignment.id))
    return [turn_id for turn_id in asked(assignment, rows) if turn_id not in done]
