"""Where finished coders of one recording differ, side by side, and what is decided there.

What is decided stands beside the codings and changes none of them.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.blinding import service as blinding
from app.blinding.models import AssignmentState
from app.codebooks import service as codebooks
from app.codebooks.document import Axis, CodebookDocument
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import standing, work
from app.coding.models import Adjudication, Coder
from app.coding.standing import Decision
from app.kit.db import now
from app.kit.errors import NotFound, Refusal
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings.models import Recording
from app.turns import service as turns
from app.turns.models import Turn, TurnIndex
from app.turns.service import TurnRow


class StillCoding(Refusal):
    """Somebody who codes this recording is not done: to look would end being blind."""

    code = "still_coding"


class NotDouble(Refusal):
    """Fewer than two code it."""

    code = "not_double_coded"


class Said(NamedTuple):
    """What one coder said of one turn on one axis."""

    coder: int
    """The coder's number in the programme."""
    decision: Decision | None
    """None: no code."""
    memo: str


class Decided(NamedTuple):
    code_ids: list[UUID]
    """The first leads; none: no code fits."""
    reason: str
    decided_by: UUID


class Difference(NamedTuple):
    row: TurnRow
    axis: Axis
    said: list[Said]
    decided: Decided | None


class Comparison(NamedTuple):
    recording: Recording
    meeting: Meeting
    version: CodebookVersion
    document: CodebookDocument
    turns: int
    """That two or more coded."""
    differences: list[Difference]
    """By time, then in the order of the axes."""


class Coded(NamedTuple):
    """One finished assignment, read whole."""

    number: int
    to_code: set[UUID]
    cells: dict[tuple[UUID, UUID], Decision]
    memos: dict[UUID, str]


async def compare(
    db: AsyncSession, actor: Actor, recording_id: UUID, version_id: UUID
) -> Comparison:
    recording, meeting = await recordings.get(db, actor, recording_id, Action.CODE)
    version = await codebooks.version(db, actor, version_id, Action.CODE)
    _, rows = await turns.allowed(db, recording.id, meeting)
    finished = await _finished(db, actor, recording.id, version, rows)
    shared = [row for row in rows if sum(row.turn.id in each.to_code for each in finished) > 1]
    document, adjudicated = codebooks.said(version), await decided(db, version.id, recording.id)
    found = [
        Difference(row, axis, said, adjudicated.get((row.turn.id, axis.id)))
        for row in shared
        for axis in document.axes
        if _differ(said := _said(finished, row.turn.id, axis.id))
    ]
    return Comparison(recording, meeting, version, document, len(shared), found)


async def adjudicate(
    db: AsyncSession,
    actor: Actor,
    recording_id: UUID,
    version_id: UUID,
    turn_id: UUID,
    axis_id: UUID,
    code_ids: Sequence[UUID],
    reason: str,
) -> None:
    """Decides one difference; deciding again ends what was decided. Idempotent."""
    found = await compare(db, actor, recording_id, version_id)
    cell = next(
        (d for d in found.differences if (d.row.turn.id, d.axis.id) == (turn_id, axis_id)), None
    )
    if cell is None:
        raise NotFound
    work.fits(cell.axis, code_ids)
    if cell.decided and (cell.decided.code_ids, cell.decided.reason) == (list(code_ids), reason):
        return
    moment = now()
    for row in await _standing(db, version_id, turn_id, axis_id):
        row.ended_at = moment
    for place, code_id in enumerate(code_ids or [None]):
        db.add(
            Adjudication(
                version_id=version_id,
                turn_id=turn_id,
                axis_id=axis_id,
                code_id=code_id,
                is_primary=place == 0,
                reason=reason,
                decided_by=actor.user_id,
                decided_at=moment,
            )
        )
    await db.flush()


async def _finished(
    db: AsyncSession,
    actor: Actor,
    recording_id: UUID,
    version: CodebookVersion,
    rows: Sequence[TurnRow],
) -> list[Coded]:
    assignments = await work.assignments(db, recording_id, version.id)
    if any(each.state != AssignmentState.DONE for each in assignments):
        raise StillCoding
    if await blinding.is_coding(db, actor.user_id, recording_id):
        raise StillCoding
    if len(assignments) < 2:
        raise NotDouble
    book = await db.get_one(Codebook, version.codebook_id)
    numbers = await coder_numbers(db, book.programme_id)
    found = []
    for each in assignments:
        cells = {(d.turn_id, d.axis_id): d for d in await standing.decisions(db, each.id)}
        memos = await standing.memos(db, each.id)
        found.append(Coded(numbers[each.coder_id], set(standing.asked(each, rows)), cells, memos))
    return sorted(found, key=lambda one: one.number)


async def coder_numbers(db: AsyncSession, programme_id: UUID) -> dict[UUID, int]:
    query = select(Coder).where(Coder.programme_id == programme_id)
    return {coder.user_id: coder.number for coder in (await db.exec(query)).all()}


def _said(finished: Sequence[Coded], turn_id: UUID, axis_id: UUID) -> list[Said]:
    return [
        Said(each.number, each.cells.get((turn_id, axis_id)), each.memos.get(turn_id, ""))
        for each in finished
        if turn_id in each.to_code
    ]


def _differ(said: Sequence[Said]) -> bool:
    """The leading code, or the set of all of them."""
    held = [each.decision.code_ids if each.decision else [] for each in said]
    return len({(tuple(codes[:1]), frozenset(codes)) for codes in held}) > 1


async def decided(
    db: AsyncSession, version_id: UUID, recording_id: UUID
) -> dict[tuple[UUID, UUID], Decided]:
    """By turn and axis, of one recording."""
    query = (
        select(Adjudication)
        .join(Turn, col(Turn.id) == Adjudication.turn_id)
        .join(TurnIndex, col(TurnIndex.id) == Turn.index_id)
        .where(TurnIndex.recording_id == recording_id)
        .where(Adjudication.version_id == version_id, col(Adjudication.ended_at).is_(None))
        .order_by(col(Adjudication.is_primary).desc(), col(Adjudication.id))
    )
    found: dict[tuple[UUID, UUID], Decided] = {}
    for row in (await db.exec(query)).all():
        cell = found.setdefault((row.turn_id, row.axis_id), Decided([], row.reason, row.decided_by))
        if row.code_id is not None:
            cell.code_ids.append(row.code_id)
    return found


async def _standing(
    db: AsyncSession, version_id: UUID, turn_id: UUID, axis_id: UUID
) -> Sequence[Adjudication]:
    query = select(Adjudication).where(
        Adjudication.version_id == version_id,
        Adjudication.turn_id == turn_id,
        Adjudication.axis_id == axis_id,
        col(Adjudication.ended_at).is_(None),
    )
    return (await db.exec(query)).all()
