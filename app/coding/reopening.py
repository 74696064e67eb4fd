"""What becomes of finished coding when turns change afterwards, or their codebook.

Whoever had finished is asked again, for those turns alone that lack a code now. Nothing else of
their coding changes: it is still compared, counted and exported.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding.models import AssignmentState, CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.models import CodebookVersion
from app.coding import standing
from app.meetings.models import Meeting
from app.recordings.models import Recording
from app.turns import service as turns
from app.turns.service import TurnRow


async def finished(db: AsyncSession, recording_id: UUID) -> int:
    """How many people have finished coding it, and would be asked again."""
    query = select(func.count(func.distinct(CodingAssignment.coder_id))).where(
        CodingAssignment.recording_id == recording_id,
        col(CodingAssignment.finished_at).is_not(None),
    )
    return (await db.exec(query)).one()


async def lacking(
    db: AsyncSession, assignment: CodingAssignment, rows: Sequence[TurnRow]
) -> list[UUID]:
    version = await db.get_one(CodebookVersion, assignment.version_id)
    return await standing.lacking(db, assignment, codebooks.said(version), rows)


async def reopen(
    db: AsyncSession, recording_id: UUID, assignments: Sequence[CodingAssignment]
) -> None:
    """Opens what lacks a code, and closes again what a step back gave all of its codes, if its
    coder has done nothing since. `assignments`: of the recording, locked."""
    closed = [each for each in assignments if each.finished_at is not None]
    if not closed:
        return
    recording = await db.get_one(Recording, recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    _, rows = await turns.allowed(db, recording_id, meeting)
    if not rows:  # erased
        return
    for assignment in closed:
        assignment.turn_count = len(standing.asked(assignment, rows))
        if await lacking(db, assignment, rows):
            assignment.state = AssignmentState.OPEN
        elif not await standing.touched(db, assignment.id):
            assignment.state = AssignmentState.DONE
