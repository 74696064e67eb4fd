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
from app.coding import following, seeing, standing
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
    asked: list[UUID]
    """All that the assignment is about, in order of time."""
    to_code: list[UUID]
    """All of that; of one that had been finished, what is to be coded again, and nothing else."""


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
    document = codebooks.said(version)
    _, rows = await turns.allowed(db, recording.id, meeting)
    asked = to_code = standing.asked(assignment, rows)
    if assignment.is_reopened:
        again = {*await standing.lacking(db, assignment, document, rows)}
        again |= await standing.touched(db, assignment.id)
        to_code = [turn_id for turn_id in asked if turn_id in again]
    return Work(assignment, version, document, recording, meeting, rows, asked, to_code)


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
    held = [row for row in rows if row.ended_at is None]
    if _says(held, code_ids, confidence):
        return
    if any(moment < (row.ended_at or row.decided_at) for row in rows):
        raise DecidedSince
    if work.assignment.finished_at:  # whatever the coder's clock says
        looked = await seeing.latest(db, actor.user_id, work.recording.id)
        moment = max(filter(None, (moment, work.assignment.finished_at, looked)))
    for row in held:
        row.ended_at = moment
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
                decided_at=moment,
            )
        )
    await db.flush()


def _says(held: Sequence[Coding], code_ids: Sequence[UUID], confidence: int | None) -> bool:
    """The order of those beside the first says nothing."""
    codes = [row.code_id for row in held]
    same = codes[:1] == list(code_ids[:1]) and set(codes) == set(code_ids)
    return same and all(row.confidence == confidence for row in held)


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
    """Closes it: from now on others may compare. Opened again only by what takes codes away: an
    edit of turns, which waits meanwhile, or a newer codebook. Idempotent."""
    await recordings.hold(db, (await own(db, actor, assignment_id)).recording_id)
    work = await open_(db, actor, assignment_id)
    assignment = await db.get_one(CodingAssignment, assignment_id, with_for_update=True)
    if assignment.state == AssignmentState.DONE:
        return assignment
    done = standing.coded(work.document, await standing.decisions(db, assignment_id))
    if not set(work.asked) <= done:
        raise Uncoded
    assignment.state = AssignmentState.DONE
    assignment.finished_at = assignment.finished_at or now()
    assignment.turn_count = len(work.asked)
    return assignment


async def _writable(
    db: AsyncSession, actor: Actor, assignment_id: UUID, turn_id: UUID
) -> tuple[Work, UUID]:
    """With the turn as it is called now."""
    work = await open_(db, actor, assignment_id)
    if turn_id not in work.asked and work.assignment.state != AssignmentState.DONE:
        ways = await following.carry(db, work.recording.id)
        work, replaced = await open_(db, actor, assignment_id), ways.end(turn_id)
        if replaced not in work.asked:
            raise TurnChanged if ways.knows(turn_id) else NotFound
        turn_id = replaced
    locked = await db.get_one(CodingAssignment, assignment_id, with_for_update=True)
    if locked.state == AssignmentState.DONE or turn_id not in work.to_code:
        raise CodingClosed
    locked.turn_count = len(work.asked)
    return work, turn_id


def fits(axis: Axis | None, code_ids: Sequence[UUID]) -> None:
    """Raises NotInCodebook."""
    if axis is None:
        raise NotInCodebook(field="axis_id")
    codable = {code.id for code in axis.codes if code.is_codable}
    too_many = axis.choice == Choice.SINGLE and len(code_ids) > 1
    if too_many or len(set(code_ids)) < len(code_ids) or not codable.issuperset(code_ids):
        raise NotInCodebook(field="code_ids")
