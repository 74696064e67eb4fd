"""A coder's own work: what is to be coded, what was decided, and nobody else's of either.

Blind means here: whoever codes gets pseudonyms and their own codings only, whatever other roles
they have. It does not mean that voices can't be recognised.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.blinding.models import AssignmentState, CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.document import Axis, Choice, CodebookDocument
from app.codebooks.models import CodebookVersion
from app.coding import following
from app.coding.models import Coding, CodingMemo
from app.kit.db import now
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings.models import Recording
from app.turns import service as turns
from app.turns.service import TurnRow

LONGEST_MEMO = 5_000


class CodingClosed(Refusal):
    code = "coding_closed"


class VersionChanged(Refusal):
    """The assignment was mapped to another version of the codebook meanwhile."""

    code = "coding_version_changed"


class DecidedSince(Refusal):
    """The same coder decided otherwise later, elsewhere."""

    code = "coding_decided_since"


class TurnChanged(Refusal):
    """The workbench put no one turn in the place of this one: it was split, merged or deleted."""

    code = "coding_turn_changed"


class NotInCodebook(Invalid):
    """Not codes of this axis, or more than its choice allows."""

    code = "not_in_codebook"


class Uncoded(Refusal):
    """Turns are left without a code on a required axis."""

    code = "coding_unfinished"


class Work(NamedTuple):
    assignment: CodingAssignment
    version: CodebookVersion
    document: CodebookDocument
    recording: Recording
    meeting: Meeting
    rows: list[TurnRow]
    """Every turn that may be used, in order of time: to be coded, or to be heard beside."""
    to_code: list[UUID]
    """In order of time."""


class Decision(NamedTuple):
    """What stands of one turn on one axis: the first code leads."""

    turn_id: UUID
    axis_id: UUID
    code_ids: list[UUID]
    confidence: int | None
    decided_at: datetime


async def own(db: AsyncSession, actor: Actor, assignment_id: UUID) -> CodingAssignment:
    """The coder's own assignment: to everybody else, whatever their role, it doesn't exist."""
    found = await db.get(CodingAssignment, assignment_id)
    if found is None or found.coder_id != actor.user_id:
        raise NotFound
    return found


async def assignments(
    db: AsyncSession, recording_id: UUID, version_id: UUID
) -> list[CodingAssignment]:
    """Everybody's of one recording with one version, in the order in which they were made."""
    query = select(CodingAssignment).where(
        CodingAssignment.recording_id == recording_id, CodingAssignment.version_id == version_id
    )
    return list((await db.exec(query.order_by(col(CodingAssignment.id)))).all())


async def open_(db: AsyncSession, actor: Actor, assignment_id: UUID) -> Work:
    assignment = await own(db, actor, assignment_id)
    recording, meeting = await recordings.get(db, actor, assignment.recording_id, Action.CODE)
    version = await db.get_one(CodebookVersion, assignment.version_id)
    _, rows = await turns.allowed(db, recording.id, meeting)
    return Work(
        assignment,
        version,
        codebooks.said(version),
        recording,
        meeting,
        rows,
        to_code(assignment, rows),
    )


def to_code(assignment: CodingAssignment, rows: Sequence[TurnRow]) -> list[UUID]:
    """Of the turns in use, those that this assignment asks for."""
    drawn = None if assignment.turn_ids is None else set(assignment.turn_ids)
    return [
        row.turn.id
        for row in rows
        if not row.turn.is_backchannel and (drawn is None or str(row.turn.id) in drawn)
    ]


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


async def decide(
    db: AsyncSession,
    actor: Actor,
    assignment_id: UUID,
    turn_id: UUID,
    axis_id: UUID,
    *,
    version_id: UUID,
    code_ids: Sequence[UUID],
    confidence: int | None,
    decided_at: datetime,
) -> None:
    """Ends what stood of this turn on this axis and puts these codes there: the first leads, none
    clears it. Idempotent, so that a decision may be sent again when no answer came. Of a turn that
    another has replaced since, it is decided about that one."""
    work, turn_id = await _writable(db, actor, assignment_id, turn_id)
    if work.version.id != version_id:
        raise VersionChanged
    fits(work.document.axis(axis_id), code_ids)
    moment = min(decided_at, now())
    cell = select(Coding).where(
        Coding.assignment_id == assignment_id, Coding.turn_id == turn_id, Coding.axis_id == axis_id
    )
    rows = (await db.exec(cell.order_by(col(Coding.is_primary).desc(), col(Coding.id)))).all()
    standing = [row for row in rows if row.ended_at is None]
    if _says(standing, code_ids, confidence):
        return
    if any(moment < (row.ended_at or row.decided_at) for row in rows):
        raise DecidedSince
    finished = work.assignment.finished_at
    said_at = max(moment, finished) if finished else moment  # whatever the coder's clock says
    for row in standing:
        row.ended_at = said_at
    await db.flush()
    for place, code_id in enumerate(code_ids):
        db.add(
            Coding(
                assignment_id=assignment_id,
                turn_id=turn_id,
                axis_id=axis_id,
                code_id=code_id,
                is_primary=place == 0,
                confidence=confidence,
                decided_at=said_at,
            )
        )
    await db.flush()


def _says(standing: Sequence[Coding], code_ids: Sequence[UUID], confidence: int | None) -> bool:
    """The order of those beside the first says nothing."""
    held = [row.code_id for row in standing]
    same = held[:1] == list(code_ids[:1]) and set(held) == set(code_ids)
    return same and all(row.confidence == confidence for row in standing)


async def note(
    db: AsyncSession,
    actor: Actor,
    assignment_id: UUID,
    turn_id: UUID,
    *,
    body: str,
    decided_at: datetime,
) -> None:
    """Keeps the memo of a turn, or of the one that has replaced it since; an empty one is none."""
    _, turn_id = await _writable(db, actor, assignment_id, turn_id)
    moment = min(decided_at, now())
    row = await db.get(CodingMemo, (assignment_id, turn_id))
    if row is not None and moment < row.decided_at:
        raise DecidedSince
    if not body:
        if row is not None:
            await db.delete(row)
        return
    if row is None:
        row = CodingMemo(assignment_id=assignment_id, turn_id=turn_id, body="")
    row.body, row.decided_at = body, moment
    db.add(row)


async def finish(db: AsyncSession, actor: Actor, assignment_id: UUID) -> CodingAssignment:
    """Closes it for good: from now on others may compare. Idempotent."""
    work = await open_(db, actor, assignment_id)
    assignment = await db.get_one(CodingAssignment, assignment_id, with_for_update=True)
    if assignment.state == AssignmentState.DONE:
        return assignment
    done = coded(work.document, await decisions(db, assignment_id))
    if not set(work.to_code) <= done:
        raise Uncoded
    assignment.state = AssignmentState.DONE
    assignment.finished_at = assignment.finished_at or now()
    assignment.turn_count = len(work.to_code)
    return assignment


def coded(document: CodebookDocument, found: Sequence[Decision]) -> set[UUID]:
    """Turns with a code on every required axis; where none is required, on any."""
    held: dict[UUID, set[UUID]] = {}
    for each in found:
        held.setdefault(each.turn_id, set()).add(each.axis_id)
    return {turn_id for turn_id, axes in held.items() if document.required <= axes}


async def _writable(
    db: AsyncSession, actor: Actor, assignment_id: UUID, turn_id: UUID
) -> tuple[Work, UUID]:
    """With the turn as it is called now."""
    work = await open_(db, actor, assignment_id)
    if turn_id not in work.to_code and work.assignment.state != AssignmentState.DONE:
        ways = await following.carry(db, work.recording.id)
        work, replaced = await open_(db, actor, assignment_id), ways.end(turn_id)
        if replaced not in work.to_code:
            raise TurnChanged if ways.knows(turn_id) else NotFound
        turn_id = replaced
    locked = await db.get_one(CodingAssignment, assignment_id, with_for_update=True)
    if locked.state == AssignmentState.DONE:
        raise CodingClosed
    locked.turn_count = len(work.to_code)
    return work, turn_id


def fits(axis: Axis | None, code_ids: Sequence[UUID]) -> None:
    """Raises NotInCodebook."""
    if axis is None:
        raise NotInCodebook(field="axis_id")
    codable = {code.id for code in axis.codes if code.is_codable}
    too_many = axis.choice == Choice.SINGLE and len(code_ids) > 1
    if too_many or len(set(code_ids)) < len(code_ids) or not codable.issuperset(code_ids):
        raise NotInCodebook(field="code_ids")
