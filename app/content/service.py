"""Coded turns of a meeting, a group or a programme, as the consents in force let them be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.agreement import material
from app.agreement.material import CodedRecording, Material
from app.codebooks.document import Axis, Choice, Code
from app.coding import comparing
from app.content.settled import Decided, settled
from app.content.table import Coded, Sitting, Speaker, Unit, table
from app.groups.models import Group, GroupRole
from app.kit.errors import NotFound
from app.meetings.models import Meeting


@dataclass(frozen=True)
class Scope:
    """Which meetings: one, a group's, or (both None) all of the programme."""

    group_id: UUID | None = None
    meeting_id: UUID | None = None


@dataclass(frozen=True)
class Content:
    material: Material
    axis: Axis
    codes: Sequence[Code]
    """In the order of the table's columns."""
    coded: Coded
    groups: Sequence[Group]
    """By number."""
    meetings: Sequence[CodedRecording]
    """By number."""


async def of_axes(
    db: AsyncSession,
    actor: Actor,
    version_id: UUID,
    scope: Scope,
    axis: str | None = None,
    other: str | None = None,
) -> tuple[Content, Content]:
    """Along the axis with this label (None: the codebook's first), and along the one whose codes
    are counted together with its own: None: itself if a turn may have several of its codes, else
    another. Both of the same turns."""
    ids = await _meetings(db, scope)
    found = await material.of_version(db, actor, version_id, least=1, meeting_ids=ids)
    if not found.document.axes:
        raise NotFound
    one = _axis(found, axis)
    two = _axis(found, other) if other else _beside(found, one)
    settled_since = await comparing.decided(db, version_id)
    decided = {cell: each.code_ids for cell, each in settled_since.items()}
    groups = await _groups(db, found)
    content = _content(found, one, decided, groups)
    return content, content if two.id == one.id else _content(found, two, decided, groups)


async def _meetings(db: AsyncSession, scope: Scope) -> Sequence[UUID] | None:
    if scope.meeting_id is not None:
        return [scope.meeting_id]
    if scope.group_id is None:
        return None
    return (await db.exec(select(Meeting.id).where(Meeting.group_id == scope.group_id))).all()


def _axis(found: Material, label: str | None) -> Axis:
    for axis in found.document.axes:
        if label in (None, axis.label):
            return axis
    raise NotFound


def _beside(found: Material, axis: Axis) -> Axis:
    others = [each for each in found.document.axes if each.id != axis.id]
    return axis if axis.choice == Choice.MULTIPLE or not others else others[0]


async def _groups(db: AsyncSession, found: Material) -> list[Group]:
    ids = {each.meeting.group_id for each in found.coded}
    query = select(Group).where(col(Group.id).in_(ids)).order_by(Group.name, col(Group.id))
    return list((await db.exec(query)).all())


def _content(found: Material, axis: Axis, decided: Decided, groups: Sequence[Group]) -> Content:
    codes = [code for code in axis.codes if code.is_codable]
    code = {each.id: place for place, each in enumerate(codes)}
    group = {each.id: place for place, each in enumerate(groups)}
    speakers: dict[tuple[int, UUID], int] = {}
    people: list[Speaker] = []
    units: list[Unit] = []
    meetings: list[Sitting] = []
    for number, coded in enumerate(found.coded):
        own, last = group[coded.meeting.group_id], 0
        chosen = settled(coded, decided, axis.id)
        for row in coded.rows:
            turn = row.turn
            last = max(last, turn.end_ms)
            if turn.id not in chosen:
                continue
            who = (own, turn.user_id)
            if who not in speakers:
                speakers[who] = len(people)
                leads = row.speaker.role == GroupRole.FACILITATOR
                people.append(Speaker(own, row.speaker.pseudonym, leads))
            given = [code[each] for each in chosen[turn.id] if each in code]
            units.append(Unit(number, speakers[who], turn.start_ms, turn.end_ms, given))
        length = max(coded.recording.duration_ms or 0, last)
        meetings.append(Sitting(own, coded.meeting.ordinal, length))
    made = table(len(groups), people, meetings, len(codes), units)
    return Content(found, axis, codes, made, groups, found.coded)
