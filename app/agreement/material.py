"""What finished coders said with one version of a codebook, as consents let it be used.

Only finished assignments are read, and never what was adjudicated: a decision made with all
codings before one's eyes agrees with itself. Nothing of a recording that somebody still codes is
told, and nothing at all of one that the reader still codes: to look would end being blind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.codebooks import service as codebooks
from app.codebooks.document import CodebookDocument
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import comparing, work
from app.coding.models import AssignmentState, Coding, CodingAssignment
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings.models import Recording, RecordingState
from app.turns import service as turns
from app.turns.models import TurnIndex
from app.turns.service import TurnRow

Codes = Mapping[tuple[UUID, UUID], Sequence[UUID]]
"""Turn and axis → the codes that stand there, the leading one first."""


@dataclass(frozen=True)
class Finished:
    """One coder's finished work on one recording."""

    coder: int
    """The coder's number in the programme."""
    to_code: frozenset[UUID]
    """The turns that are to be coded, those among them that came into use since included."""
    codes: Codes

    @cached_property
    def coded(self) -> frozenset[UUID]:
        """The turns that the coder decided about: each got a code on some axis."""
        return self.to_code & {turn_id for turn_id, _ in self.codes}


@dataclass(frozen=True)
class CodedRecording:
    recording: Recording
    meeting: Meeting
    index: TurnIndex
    rows: Sequence[TurnRow]
    """The turns in use, in order of time."""
    finished: Sequence[Finished]
    """In the order of assignment."""


@dataclass(frozen=True)
class Material:
    codebook: Codebook
    version: CodebookVersion
    document: CodebookDocument
    coded: Sequence[CodedRecording]
    waiting: int
    """Recordings that somebody still codes."""


async def of_version(
    db: AsyncSession,
    actor: Actor,
    version_id: UUID,
    *,
    least: int,
    meeting_ids: Sequence[UUID] | None = None,
) -> Material:
    """`least`: finished coders that a recording must have. `meeting_ids`: of these alone."""
    version = await codebooks.version(db, actor, version_id, Action.READ_TURNS)
    book = await db.get_one(Codebook, version.codebook_id)
    assigned = await _assigned(db, version.id, meeting_ids)
    numbers = await comparing.coder_numbers(db, book.programme_id)
    blind = await _still_coded_by(db, actor.user_id)
    whole: list[tuple[Recording, Meeting, list[CodingAssignment]]] = []
    waiting = 0
    for recording, meeting, its in assigned:
        done = [each for each in its if each.state == AssignmentState.DONE]
        if recording.id in blind or (least > 1 and len(done) < len(its)):
            waiting += 1
        elif len(done) >= least:
            whole.append((recording, meeting, done))
    codes = await _codes(db, [each.id for _, _, done in whole for each in done])
    coded = []
    for recording, meeting, done in whole:
        index, rows = await turns.allowed(db, recording.id, meeting)
        if index is None:
            continue
        finished = [
            Finished(
                numbers[each.coder_id],
                frozenset(work.to_code(each, rows)),
                codes.get(each.id, {}),
            )
            for each in done
        ]
        coded.append(CodedRecording(recording, meeting, index, rows, finished))
    return Material(book, version, codebooks.said(version), coded, waiting)


async def _assigned(
    db: AsyncSession, version_id: UUID, meeting_ids: Sequence[UUID] | None
) -> list[tuple[Recording, Meeting, list[CodingAssignment]]]:
    query = (
        select(CodingAssignment, Recording, Meeting)
        .where(CodingAssignment.recording_id == Recording.id, Recording.meeting_id == Meeting.id)
        .where(CodingAssignment.version_id == version_id)
        .where(Recording.state == RecordingState.READY)
        .order_by(col(Meeting.starts_at), col(Meeting.id), col(CodingAssignment.id))
    )
    if meeting_ids is not None:
        query = query.where(col(Meeting.id).in_(meeting_ids))
    found: dict[UUID, tuple[Recording, Meeting, list[CodingAssignment]]] = {}
    for assignment, recording, meeting in (await db.exec(query)).all():
        found.setdefault(recording.id, (recording, meeting, []))[2].append(assignment)
    return list(found.values())


async def _still_coded_by(db: AsyncSession, user_id: UUID) -> set[UUID]:
    """Recordings of which this person must be kept blind, whatever the version of the codebook."""
    query = select(CodingAssignment.recording_id).where(
        CodingAssignment.coder_id == user_id, CodingAssignment.state == AssignmentState.OPEN
    )
    return set((await db.exec(query)).all())


async def _codes(
    db: AsyncSession, assignment_ids: Sequence[UUID]
) -> dict[UUID, dict[tuple[UUID, UUID], list[UUID]]]:
    """Columns, not objects: there may be hundreds of thousands."""
    query = (
        select(Coding.assignment_id, Coding.turn_id, Coding.axis_id, Coding.code_id)
        .where(col(Coding.assignment_id).in_(assignment_ids), col(Coding.ended_at).is_(None))
        .order_by(col(Coding.is_primary).desc(), col(Coding.id))
    )
    found: dict[UUID, dict[tuple[UUID, UUID], list[UUID]]] = {}
    for assignment_id, turn_id, axis_id, code_id in (await db.exec(query)).all():
        cells = found.setdefault(assignment_id, {})
        cells.setdefault((turn_id, axis_id), []).append(code_id)
    return found
