"""Coded turns of a meeting, a group or a programme, as the consents in force let them be used."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import polars as pl
from sqlalchemy import case
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.agreement import material
from app.agreement.material import Basis, CodedRecording, Material
from app.codebooks import service as codebooks
from app.codebooks.document import Axis, Choice, Code, CodebookDocument
from app.codebooks.levels import Level, told
from app.codebooks.models import Codebook, CodebookVersion
from app.coding.models import Adjudication
from app.content.settled import settled
from app.content.table import ROLES, Coded, Sitting, Speaker, table
from app.exports.figures import Counted
from app.groups.models import Group, GroupRole
from app.kit.db import Database
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.frames import frame, key
from app.kit.permissions import Action
from app.meetings import attendance
from app.meetings.models import Attendance, Meeting, MeetingKind
from app.recordings.models import Recording
from app.sampling import basis as sampling
from app.sampling.models import Sample


class OnlyWhole(Invalid):
    code = "only_whole"


class OnlyAsCoded(Invalid):
    """Main codes beside the codes below them say what is hidden of these."""

    code = "only_as_coded"


class NotForOthers(Refusal):
    """From it could be worked out what is hidden."""

    code = "not_for_others"


@dataclass(frozen=True)
class Scope:
    """Which meetings: one, a group's, or (both None) all of the programme. Of a group and a
    programme the mentoring meetings: each kind counts its own first, second and third. One meeting
    that is asked for may be of any kind. And at which level of the codes."""

    group_id: UUID | None = None
    meeting_id: UUID | None = None
    recordings: sampling.Basis = sampling.Basis.ALL
    """Of all of the programme: of everything, or of the sample."""
    level: Level = Level.CODES

    @classmethod
    def asked(
        cls,
        group_id: UUID | None,
        meeting_id: UUID | None,
        recordings: sampling.Basis,
        level: Level,
        *,
        hide: bool,
    ) -> "Scope":
        """`hide`: for others than the research team; of the programme's sample or, without one, of
        the whole programme alone, because what is hidden there could be taken from the parts, or
        from what is left beside it; and of codes as coded, for the same reason. Raises OnlyWhole
        and OnlyAsCoded."""
        if hide and (group_id or meeting_id or recordings == sampling.Basis.ALL):
            raise OnlyWhole(field="hide")
        if hide and level != Level.CODES:
            raise OnlyAsCoded(field="hide")
        return cls(group_id, meeting_id, recordings, level)

    @property
    def kind(self) -> MeetingKind | None:
        return MeetingKind.MENTORING if self.meeting_id is None else None


@dataclass(frozen=True)
class Content:
    material: Material
    axis: Axis
    codes: Sequence[Code]
    """In the order of the table's columns: those of the axis at this level."""
    coded: Coded
    groups: Sequence[Group]
    """By number."""
    meetings: Sequence[CodedRecording]
    """By number."""
    basis: Basis
    level: Level = Level.CODES
    sample: Sample | None = None
    """Which it rests on; None: all recordings."""


async def of_axes(
    database: Database,
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
    version = await codebooks.version(db, actor, version_id, Action.READ_TURNS)
    document = codebooks.said(version)
    if not document.axes:
        raise NotFound
    one = _axis(document, axis)
    two = _axis(document, other) if other else _beside(document, one)
    sample = await _sample(db, version, scope)
    ids, axes = await _meetings(db, scope, sample), {one.id, two.id}
    found = await material.of_version(
        database, db, actor, version_id, least=1, meeting_ids=ids, kind=scope.kind, axes=axes
    )
    decided = await _decided(db, found, axes)
    groups = await _groups(db, found)
    stays = await attendance.of_meetings(db, [each.meeting.id for each in found.coded])
    made = await asyncio.to_thread(_both, found, (one, two), scope.level, decided, groups, stays)
    return replace(made[0], sample=sample), replace(made[1], sample=sample)


def counted(found: Content) -> list[Counted]:
    """Whose turns were to be coded, with a code or without, for the register of what goes out."""
    asked = found.material.turns.join(found.material.asked, on="unit", how="semi")
    return material.counted(found.material, asked)


def _both(
    found: Material,
    axes: tuple[Axis, Axis],
    level: Level,
    decided: pl.DataFrame,
    groups: Sequence[Group],
    stays: Mapping[UUID, Sequence[Attendance]],
) -> tuple[Content, Content]:
    one, two = axes
    own = level, decided, groups, _roles(found, stays)
    content = _content(found, one, *own)
    return content, content if two.id == one.id else _content(found, two, *own)


def _roles(found: Material, stays: Mapping[UUID, Sequence[Attendance]]) -> pl.DataFrame:
    """In what role each was there: by the attendance of that day, as group dynamics has it, else by
    the membership."""
    rows = []
    for number, each in enumerate(found.coded):
        that_day = {stay.user_id: stay.role for stay in stays[each.meeting.id]}
        for who, member in enumerate(each.speakers):
            role = GroupRole(that_day.get(member.user_id, member.role))
            rows.append((number, who, ROLES.index(role)))
    schema = {"recording": pl.Int32, "speaker": pl.Int32, "role": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


async def _sample(db: AsyncSession, version: CodebookVersion, scope: Scope) -> Sample | None:
    if scope.group_id or scope.meeting_id:
        return None
    book = await db.get_one(Codebook, version.codebook_id)
    return await sampling.sample_of(db, book.programme_id, scope.recordings)


async def _meetings(db: AsyncSession, scope: Scope, sample: Sample | None) -> Sequence[UUID] | None:
    if scope.meeting_id is not None:
        return [scope.meeting_id]
    wanted, only = select(Meeting.id), sampling.recordings(sample)
    if scope.group_id is not None:
        wanted = wanted.where(Meeting.group_id == scope.group_id)
    elif only is not None:
        wanted = wanted.join(Recording).where(col(Recording.id).in_(only))
    else:
        return None
    return (await db.exec(wanted)).all()


def _axis(document: CodebookDocument, label: str | None) -> Axis:
    for axis in document.axes:
        if label in (None, axis.label):
            return axis
    raise NotFound


def _beside(document: CodebookDocument, axis: Axis) -> Axis:
    others = [each for each in document.axes if each.id != axis.id]
    return axis if axis.choice == Choice.MULTIPLE or not others else others[0]


async def _groups(db: AsyncSession, found: Material) -> list[Group]:
    ids = {each.meeting.group_id for each in found.coded}
    query = select(Group).where(col(Group.id).in_(ids)).order_by(Group.name, col(Group.id))
    return list((await db.exec(query)).all())


async def _decided(db: AsyncSession, found: Material, axes: Collection[UUID]) -> pl.DataFrame:
    """What was decided where coders differed: `unit`, `axis`, `code` or none, the leading first."""
    one = Adjudication
    ids = {"turn": one.turn_id, "axis": one.axis_id, "id": one.id, "code": one.code_id}
    beside = case((col(one.is_primary), 0), else_=1)
    where = (
        col(one.version_id) == found.version.id,
        col(one.ended_at).is_(None),
        col(one.axis_id).in_(axes),
    )
    rows = (await frame(db, ids, {"beside": beside}, where)).sort("beside", "id")
    units = found.turns.select("unit", "turn")
    placed = rows.join(units, on="turn", maintain_order="left")
    return placed.select("unit", "axis", "code")


def _content(
    found: Material,
    axis: Axis,
    level: Level,
    decided: pl.DataFrame,
    groups: Sequence[Group],
    roles: pl.DataFrame,
) -> Content:
    codes, place = told(axis, level)
    number = {key(code_id): column for code_id, column in place.items()}
    chosen = settled(found.asked, _along(found.said, axis), _along(decided, axis)).with_columns(
        pl.col("code").replace_strict(number, default=None, return_dtype=pl.Int64)
    )
    group = {each.id: place for place, each in enumerate(groups)}
    of = [group[each.meeting.group_id] for each in found.coded]
    used = found.turns.join(chosen, on="unit", how="semi")
    units = used.join(roles, on=["recording", "speaker"], maintain_order="left").select(
        *("unit", "speaker", "start_ms", "end_ms", "role"),
        pl.col("recording").cast(pl.Int64).alias("meeting"),
        pl.col("recording")
        .replace_strict(dict(enumerate(of)), return_dtype=pl.Int64)
        .alias("group"),
    )
    first = units.unique(["group", "speaker"], keep="first", maintain_order=True)
    people = _people(found, first)
    who = first.select("group", pl.col("speaker")).with_row_index("who")
    units = units.join(who, on=["group", "speaker"], maintain_order="left")
    made = table(len(groups), people, _meetings_of(found, of), len(codes), units, chosen)
    basis = material.basis(found, used)
    return Content(found, axis, codes, made, groups, found.coded, basis, level)


def _people(found: Material, first: pl.DataFrame) -> list[Speaker]:
    """`first`: of each speaker of each group a unit."""
    persons: dict[UUID, int] = {}
    people = []
    for own, meeting, number in first.select("group", "meeting", "speaker").iter_rows():
        member = found.coded[meeting].speakers[number]
        person = persons.setdefault(member.user_id, len(persons))
        people.append(Speaker(own, member.pseudonym, person))
    return people


def _meetings_of(found: Material, groups: Sequence[int]) -> list[Sitting]:
    """`groups`: of each the number of its group."""
    ends = found.turns.group_by("recording").agg(pl.col("end_ms").max())
    last = {number: int(end) for number, end in ends.iter_rows()}
    return [
        Sitting(
            groups[number],
            each.meeting.ordinal,
            max(each.recording.duration_ms or 0, last.get(number, 0)),
        )
        for number, each in enumerate(found.coded)
    ]


def _along(rows: pl.DataFrame, axis: Axis) -> pl.DataFrame:
    return rows.filter(pl.col("axis") == key(axis.id))
