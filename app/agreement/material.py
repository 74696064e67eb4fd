"""What finished coders said with one version of a codebook, as consents let it be used.

Only finished assignments are read, and never what was adjudicated: a decision made with all
codings before one's eyes agrees with itself. Nothing of a recording that somebody still codes is
told, and nothing at all of one that the reader still codes: to look would end being blind.

Turns and codings are columns: of a whole programme there are hundreds of thousands, and all that is
done with them is joining, sorting and counting (see `app.kit.frames`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import polars as pl
from sqlalchemy import and_, case, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.blinding.models import AssignmentState, CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.document import CodebookDocument
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import comparing
from app.coding.models import Coding
from app.exports.figures import Counted
from app.groups.models import Membership
from app.kit.frames import frame, key
from app.kit.permissions import Action
from app.meetings.models import Meeting, MeetingKind
from app.recordings.models import Recording, RecordingState
from app.turns import columns
from app.turns.models import TurnIndex
from app.turns.rules import printed

ASKED = {
    "assignment": pl.String,
    "recording": pl.Int32,
    "place": pl.Int32,
    "coder": pl.Int32,
    "turn": pl.String,
}


@dataclass(frozen=True)
class CodedRecording:
    recording: Recording
    meeting: Meeting
    indexes: Sequence[TurnIndex]
    """By the number that they have in `Material.turns`."""
    speakers: Sequence[Membership]
    """By the number that they have in `Material.turns`."""
    coders: Sequence[int]
    """Who finished it: their numbers in the programme, in the order of assignment."""


@dataclass(frozen=True)
class Material:
    codebook: Codebook
    version: CodebookVersion
    document: CodebookDocument
    coded: Sequence[CodedRecording]
    turns: pl.DataFrame
    """The turns in use, as `app.turns.columns` has them; `unit` is the number of the row, and
    `recording` the place in `coded`."""
    asked: pl.DataFrame
    """Which turns each coder was to code, those among them that came into use since included:
    `unit`, `coder` and `place`, the coder's in the order of assignment. By unit and place."""
    said: pl.DataFrame
    """What stands there: `unit`, `coder`, `place`, `axis` and `code` (as keys). By unit and place;
    of one axis the leading code first."""
    waiting: int
    """Recordings that somebody still codes."""
    recoded: int
    """Turns of which some coder's codes are left out, because they were given after that coder had
    first finished: by then others' codes could be seen."""


class Basis(NamedTuple):
    """What the turns rest on that figures were made of."""

    rules: Sequence[str]
    """Of every index that one of them comes from: what was accepted under older rules stays."""
    accepted: int
    """By people; the others are as the machine proposed them."""
    turns: int


def basis(found: Material, used: pl.DataFrame) -> Basis:
    """`used`: rows of `Material.turns`."""
    made_by = used.select("recording", "index").unique().iter_rows()
    rules = {printed(found.coded[place].indexes[nth]) for place, nth in made_by}
    return Basis(sorted(rules), int(used["is_accepted"].sum()), len(used))


def counted(found: Material, used: pl.DataFrame) -> list[Counted]:
    """Whose turns these rows of `Material.turns` are, for the register of what goes out."""
    people: dict[int, set[UUID]] = {}
    for place, who in used.select("recording", "speaker").unique().iter_rows():
        people.setdefault(place, set()).add(found.coded[place].speakers[who].user_id)
    return [
        Counted(found.coded[place].recording, found.coded[place].meeting, own)
        for place, own in sorted(people.items())
    ]


class Assigned(NamedTuple):
    recording: Recording
    meeting: Meeting
    done: Sequence[CodingAssignment]


async def of_version(
    db: AsyncSession,
    actor: Actor,
    version_id: UUID,
    *,
    least: int,
    meeting_ids: Sequence[UUID] | None = None,
    kind: MeetingKind | None = None,
    axes: Collection[UUID] | None = None,
) -> Material:
    """`least`: finished coders that a recording must have. With 1, coders are read only as far as
    somebody before them was not asked for all of it; with more, only what is said of turns that
    others than the first coded too. `meeting_ids`, `kind`, `axes`: of these alone."""
    version = await codebooks.version(db, actor, version_id, Action.READ_TURNS)
    book = await db.get_one(Codebook, version.codebook_id)
    assigned = await _assigned(db, version.id, meeting_ids, kind)
    blind = await _still_coded_by(db, actor.user_id)
    whole: list[Assigned] = []
    waiting = 0
    for recording, meeting, its in assigned:
        done = [each for each in its if each.state == AssignmentState.DONE]
        if recording.id in blind or (least > 1 and len(done) < len(its)):
            waiting += 1
        elif len(done) >= least:
            whole.append(Assigned(recording, meeting, done if least > 1 else _first(done)))
    numbers = await comparing.coder_numbers(db, book.programme_id)
    spoken = await columns.of_recordings(db, [(each[0], each[1]) for each in whole])
    turns = spoken.turns.with_row_index("unit")
    done_of = {each.recording.id: each.done for each in whole}
    coded = [
        CodedRecording(
            each.recording,
            each.meeting,
            each.indexes,
            list(each.people.values()),
            [numbers[one.coder_id] for one in done_of[each.recording.id]],
        )
        for each in spoken.recordings
    ]
    asked = _asked(turns, coded, done_of)
    said = await _said(db, whole, least, axes)
    late = await _late(db, whole if least > 1 else [])
    recoded = asked.join(late, on=late.columns, how="semi")["unit"].n_unique()
    said = said.join(late, on=late.columns, how="anti")
    document = codebooks.said(version)
    return Material(book, version, document, coded, turns, *_joined(asked, said), waiting, recoded)


async def _assigned(
    db: AsyncSession,
    version_id: UUID,
    meeting_ids: Sequence[UUID] | None,
    kind: MeetingKind | None,
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
    if kind is not None:
        query = query.where(Meeting.kind == kind)
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


def _first(done: Sequence[CodingAssignment]) -> Sequence[CodingAssignment]:
    """As far as the first who was asked for everything."""
    whole = (place for place, each in enumerate(done) if each.turn_ids is None)
    return done[: next(whole, len(done)) + 1]


def _asked(
    turns: pl.DataFrame,
    coded: Sequence[CodedRecording],
    done_of: dict[UUID, Sequence[CodingAssignment]],
) -> pl.DataFrame:
    """One row for each turn of each assignment: what `work.to_code` answers, of all of them."""
    floor = turns.filter(~pl.col("is_backchannel")).select("unit", "recording", "turn")
    whole, drawn = [], []
    for number, each in enumerate(coded):
        done = done_of[each.recording.id]
        for place, (one, coder) in enumerate(zip(done, each.coders, strict=True)):
            own = (key(one.id), number, place, coder)
            if one.turn_ids is None:
                whole.append((*own, None))
            else:
                drawn += [(*own, key(turn_id)) for turn_id in one.turn_ids]
    every = pl.DataFrame(whole, schema=ASKED, orient="row").drop("turn")
    some = pl.DataFrame(drawn, schema=ASKED, orient="row")
    order = ["assignment", "turn", "unit", "place", "coder"]
    return pl.concat(
        [
            floor.join(every, on="recording").select(order),
            floor.join(some, on=["recording", "turn"]).select(order),
        ]
    ).sort("unit", "place")


async def _said(
    db: AsyncSession, whole: Sequence[Assigned], least: int, axes: Collection[UUID] | None
) -> pl.DataFrame:
    """`beside` is empty of the leading code, and tells the order of the others."""
    ids = {
        "assignment": Coding.assignment_id,
        "turn": Coding.turn_id,
        "axis": Coding.axis_id,
        "code": Coding.code_id,
        "beside": case((col(Coding.is_primary), None), else_=col(Coding.id)),
    }
    stands = col(Coding.ended_at).is_(None)
    if least > 1:  # what one alone coded is compared with nothing: most of it, as a rule
        others = [one.id for each in whole for one in each.done[1:]]
        shared = select(Coding.turn_id).where(col(Coding.assignment_id).in_(others), stands)
        where = [col(Coding.turn_id).in_(shared), stands]
    else:
        every = [one.id for each in whole for one in each.done]
        where = [col(Coding.assignment_id).in_(every), stands]
    if axes is not None:
        where.append(col(Coding.axis_id).in_(axes))
    return await frame(db, ids, {}, where)


async def _late(db: AsyncSession, whole: Sequence[Assigned]) -> pl.DataFrame:
    """What was not coded blind, as `assignment` and `turn`: turns about which a coder decided
    something, were it to take a code away, after having first finished."""
    every = [one.id for each in whole for one in each.done]
    finished = col(CodingAssignment.finished_at)
    taken_away = and_(col(Coding.ended_at) >= finished, col(Coding.ended_by_mapping).is_(None))
    where = [
        col(Coding.assignment_id).in_(every),
        Coding.assignment_id == CodingAssignment.id,
        or_(col(Coding.decided_at) >= finished, taken_away),
    ]
    ids = {"assignment": Coding.assignment_id, "turn": Coding.turn_id}
    return (await frame(db, ids, {}, where)).unique()


def _joined(asked: pl.DataFrame, said: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    found = said.join(asked, on=["assignment", "turn"])
    found = found.sort("unit", "place", "axis", "beside")
    kept = ("unit", "coder", "place", "axis", "code")
    return asked.select("unit", "coder", "place"), found.select(kept)
