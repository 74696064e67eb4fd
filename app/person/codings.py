"""Codings about one person's turns, and those the person made; others are told of by number.

Of a recording that the person still codes, nothing of others' codings: to read them would end being
blind. They are told once the person is done.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.blinding.models import AssignmentState, CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.models import Codebook, CodebookVersion
from app.coding.models import Adjudication, Coder, Coding, CodingDraw, CodingMemo
from app.turns.models import Turn, TurnIndex


class Names(NamedTuple):
    """What the axes and codes of one version are called."""

    axes: dict[UUID, str]
    codes: dict[UUID, str]


Called = dict[UUID, Names]
"""By version."""


async def told(db: AsyncSession, user_id: UUID) -> dict[str, Any]:
    called = await _called(db, user_id)
    return {
        "withheld_while_i_code": [str(id_) for id_ in await _coded_now(db, user_id)],
        "about_my_turns": await _about(db, user_id, called),
        "decided_about_my_turns": await _decided(db, user_id, called),
        "memos_about_my_turns": await _memos(db, user_id),
        "by_me": await _by(db, user_id, called),
        "decided_by_me": await _rows(db, Adjudication, Adjudication.decided_by == user_id),
        "drawn_for_me": await _rows(db, CodingDraw, CodingDraw.coder_id == user_id),
        "my_coder_numbers": await _rows(db, Coder, Coder.user_id == user_id),
    }


async def recordings(db: AsyncSession, user_id: UUID) -> Sequence[UUID]:
    """Of which codes are told."""
    query = (
        select(CodingAssignment.recording_id)
        .join(Coding, col(Coding.assignment_id) == CodingAssignment.id)
        .join(Turn, col(Turn.id) == Coding.turn_id)
        .where(Turn.user_id == user_id, _readable(CodingAssignment.recording_id, user_id))
    )
    return (await db.exec(query.distinct())).all()


async def _called(db: AsyncSession, user_id: UUID) -> Called:
    """Of the versions with which this person coded or was coded, not of everybody's codebooks."""
    about = (
        select(CodingAssignment.version_id)
        .join(Coding, col(Coding.assignment_id) == CodingAssignment.id)
        .join(Turn, col(Turn.id) == Coding.turn_id)
        .where(Turn.user_id == user_id)
    )
    decided = (
        select(Adjudication.version_id)
        .join(Turn, col(Turn.id) == Adjudication.turn_id)
        .where(Turn.user_id == user_id)
    )
    mine = select(CodingAssignment.version_id).where(CodingAssignment.coder_id == user_id)
    query = select(CodebookVersion).where(
        or_(*(col(CodebookVersion.id).in_(each) for each in (about, decided, mine)))
    )
    return {version.id: _names(version) for version in (await db.exec(query)).all()}


def _names(version: CodebookVersion) -> Names:
    document = codebooks.said(version)
    return Names(
        {axis.id: axis.label for axis in document.axes},
        {code.id: code.label for _, code in document.codes()},
    )


async def _about(db: AsyncSession, user_id: UUID, called: Called) -> list[dict[str, Any]]:
    query = (
        select(Coding, CodingAssignment, Turn, Coder)
        .where(Coding.assignment_id == CodingAssignment.id, Coding.turn_id == Turn.id)
        .where(CodingAssignment.version_id == CodebookVersion.id)
        .where(CodebookVersion.codebook_id == Codebook.id)
        .where(Coder.programme_id == Codebook.programme_id)
        .where(Coder.user_id == CodingAssignment.coder_id, Turn.user_id == user_id)
        .where(_readable(CodingAssignment.recording_id, user_id))
        .order_by(col(Coding.id))
    )
    return [
        {
            "recording_id": str(assignment.recording_id),
            "start_ms": turn.start_ms,
            "end_ms": turn.end_ms,
            "coder": coder.number,
            **_named(coding, called[assignment.version_id]),
        }
        for coding, assignment, turn, coder in (await db.exec(query)).all()
    ]


async def _decided(db: AsyncSession, user_id: UUID, called: Called) -> list[dict[str, Any]]:
    query = (
        select(Adjudication, Turn)
        .where(Adjudication.turn_id == Turn.id, Turn.user_id == user_id)
        .where(Turn.index_id == TurnIndex.id, _readable(TurnIndex.recording_id, user_id))
        .order_by(col(Adjudication.id))
    )
    return [
        {
            "start_ms": turn.start_ms,
            "end_ms": turn.end_ms,
            "reason": row.reason,
            **_named(row, called[row.version_id]),
        }
        for row, turn in (await db.exec(query)).all()
    ]


async def _memos(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(CodingMemo, Turn)
        .where(CodingMemo.turn_id == Turn.id, Turn.user_id == user_id)
        .where(Turn.index_id == TurnIndex.id, _readable(TurnIndex.recording_id, user_id))
    )
    return [
        {"start_ms": turn.start_ms, "end_ms": turn.end_ms, "memo": memo.body}
        for memo, turn in (await db.exec(query.order_by(col(Turn.id)))).all()
    ]


def _open(user_id: UUID) -> SelectOfScalar[UUID]:
    """The recordings that this person still codes."""
    return select(CodingAssignment.recording_id).where(
        CodingAssignment.coder_id == user_id, CodingAssignment.state == AssignmentState.OPEN
    )


def _readable(recording_id: Any, user_id: UUID) -> ColumnElement[bool]:
    return col(recording_id).not_in(_open(user_id))


async def _coded_now(db: AsyncSession, user_id: UUID) -> Sequence[UUID]:
    return (await db.exec(_open(user_id).distinct())).all()


async def _by(db: AsyncSession, user_id: UUID, called: Called) -> list[dict[str, Any]]:
    """The person's own work: codes and memos, without whose turns they are about."""
    mine = select(CodingAssignment).where(CodingAssignment.coder_id == user_id)
    found = []
    for assignment in (await db.exec(mine.order_by(col(CodingAssignment.id)))).all():
        of_it = select(Coding).where(Coding.assignment_id == assignment.id)
        codings = (await db.exec(of_it.order_by(col(Coding.id)))).all()
        shown = {"recording_id", "version_id", "state", "is_double", "created_at", "finished_at"}
        memos = select(CodingMemo.body).where(CodingMemo.assignment_id == assignment.id)
        found.append(
            assignment.model_dump(mode="json", warnings=False, include=shown)
            | {
                "codings": [_named(row, called[assignment.version_id]) for row in codings],
                "memos": list((await db.exec(memos)).all()),
            }
        )
    return found


async def _rows(db: AsyncSession, table: Any, where: Any) -> list[dict[str, Any]]:
    hidden = {"user_id", "coder_id", "decided_by", "created_by"}
    return [
        row.model_dump(mode="json", warnings=False, exclude=hidden)
        for row in (await db.exec(select(table).where(where))).all()
    ]


def _named(row: Coding | Adjudication, names: Names) -> dict[str, Any]:
    """With labels, as far as the version in use still knows them."""
    return {
        "axis": names.axes.get(row.axis_id, str(row.axis_id)),
        "code": names.codes.get(row.code_id, str(row.code_id)) if row.code_id else None,
        "is_primary": row.is_primary,
        "decided_at": row.decided_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }
