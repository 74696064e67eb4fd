"""How far coding is: counts, never codes, so that everybody on the team may see them."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import User
from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import reopening
from app.coding.models import Coding, CodingDraw
from app.groups.models import Group
from app.meetings.models import Meeting
from app.recordings.models import Recording
from app.turns import service as turns
from app.turns.models import Turn


class Line(NamedTuple):
    assignment: CodingAssignment
    coder: User
    recording: Recording
    meeting: Meeting
    group: Group
    version: CodebookVersion
    coded: int
    """Turns with a code on every required axis, of `assignment.turn_count`."""
    again: int
    """Turns to be coded again, of one who had finished."""


async def of_programme(db: AsyncSession, programme_id: UUID) -> list[Line]:
    """Every assignment of a programme, by the time of the meeting."""
    of_recordings = (
        select(Recording, Meeting, Group)
        .where(Recording.meeting_id == Meeting.id, Meeting.group_id == Group.id)
        .where(Group.programme_id == programme_id)
    )
    places = {row[0].id: row for row in (await db.exec(of_recordings)).all()}
    of_coders = (
        select(CodingAssignment, User, CodebookVersion)
        .join(Recording, col(Recording.id) == CodingAssignment.recording_id)
        .where(CodingAssignment.coder_id == User.id)
        .where(CodingAssignment.version_id == CodebookVersion.id)
        .where(CodebookVersion.codebook_id == Codebook.id, Codebook.programme_id == programme_id)
        .order_by(col(Recording.started_at), col(CodingAssignment.id))
    )
    rows = (await db.exec(of_coders)).all()
    required = {version.id: codebooks.said(version).required for _, _, version in rows}
    counts = await _coded(db, required)
    again = await _again(db, [(one, places[one.recording_id][1]) for one, _, _ in rows])
    return [
        Line(one, coder, *places[one.recording_id], version, counts[one.id], again[one.id])
        for one, coder, version in rows
    ]


async def draws(db: AsyncSession, programme_id: UUID) -> list[tuple[CodingDraw, User]]:
    """What was drawn for double coding, the newest first."""
    query = (
        select(CodingDraw, User)
        .where(CodingDraw.coder_id == User.id, CodingDraw.version_id == CodebookVersion.id)
        .where(CodebookVersion.codebook_id == Codebook.id, Codebook.programme_id == programme_id)
        .order_by(col(CodingDraw.id).desc())
    )
    return [(draw, user) for draw, user in (await db.exec(query)).all()]


async def _coded(db: AsyncSession, required: dict[UUID, frozenset[UUID]]) -> Counter[UUID]:
    """Turns coded, by assignment: counted in the database, one version's axes at a time."""
    counts: Counter[UUID] = Counter()
    for version_id, axes in required.items():
        per_turn = (
            select(Coding.assignment_id, Coding.turn_id)
            .join(CodingAssignment, col(CodingAssignment.id) == Coding.assignment_id)
            .join(Turn, col(Turn.id) == Coding.turn_id)
            .where(CodingAssignment.version_id == version_id, col(Turn.removed_by_edit).is_(None))
            .where(col(Coding.ended_at).is_(None), col(Coding.is_primary))
            .group_by(col(Coding.assignment_id), col(Coding.turn_id))
        )
        if axes:
            per_turn = per_turn.where(col(Coding.axis_id).in_(axes)).having(
                func.count() == len(axes)
            )
        whole = per_turn.subquery()
        query = select(whole.c.assignment_id, func.count()).group_by(whole.c.assignment_id)
        counts.update(dict((await db.exec(query)).all()))
    return counts


async def _again(
    db: AsyncSession, assigned: Iterable[tuple[CodingAssignment, Meeting]]
) -> Counter[UUID]:
    """What is to be coded again, by assignment: asked one by one, of the few that are."""
    counts: Counter[UUID] = Counter()
    for one, meeting in assigned:
        if one.is_reopened:
            _, rows = await turns.allowed(db, one.recording_id, meeting)
            counts[one.id] = len(await reopening.lacking(db, one, rows))
    return counts
