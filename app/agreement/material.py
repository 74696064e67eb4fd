"""What finished coders said with one version of a codebook, as consents let it be used.

Only assignments that were finished are read, and never what was adjudicated: a decision made with
all codings before one's eyes agrees with itself. Nothing of a recording that somebody codes for the
first time is told, and nothing at all of one that the reader still codes: to look would end being
blind. Of one that was opened again, the turns are left out that wait for their codes.

Turns and codings are columns: of a whole programme there are hundreds of thousands, and all that is
done with them is joining, sorting and counting (see `app.kit.frames`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import polars as pl
from sqlalchemy import case
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.agreement import leaving_out
from app.blinding import service as blinding
from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.document import CodebookDocument
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import comparing, seeing
from app.coding.models import Coding
from app.exports.figures import Counted, of_turns
from app.groups.models import Membership
from app.kit.db import Database
from app.kit.frames import frame, key
from app.kit.permissions import Action
from app.meetings.models import Meeting, MeetingKind
from app.recordings.models import Recording, RecordingState
from app.turns import columns
from app.turns.columns import NOTHING, Indexed, LeftOut
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
    """What stands there: `unit`, `coder`, `place`, `axis` and `code` (as keys), and whether a
    `mapping` put it there. By unit and place; of one axis the leading code first."""
    waiting: int
    """Recordings that somebody still codes for the first time, or whoever asks codes."""
    again: int
    """Turns left out of some coder's who had finished: they lost their codes, and are to be coded
    again."""
    recoded: int
    """Turns of which some coder's codes are left out, because they were given after that coder had
    first finished and seen what others coded."""
    left_out: LeftOut = NOTHING
    """Not asked of any coder: technical talk and laughter, where the rules say so."""


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
        of_turns(found.coded[place].recording, found.coded[place].meeting, own)
        for place, own in sorted(people.items())
    ]


class Assigned(NamedTuple):
    recording: Recording
    meeting: Meeting
    done: Sequence[CodingAssignment]


async def of_version(
    database: Database,
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
    others than the first coded too. `meeting_ids`, `kind`, `axes`: of these alone. Whoever asks has
    read codes of what is in it, and the audit log is told before."""
    version = await codebooks.version(db, actor, version_id, Action.READ_TURNS)
    book = await db.get_one(Codebook, version.codebook_id)
    assigned = await _assigned(db, version.id, meeting_ids, kind)
    blind = await blinding.coding(db, actor.user_id)
    whole: list[Assigned] = []
    waiting = 0
    for recording, meeting, its in assigned:
        done = [each for each in its if each.finished_at is not None]
        if recording.id in blind or (least > 1 and len(done) < len(its)):
            waiting += 1
        elif len(done) >= least:
            whole.append(Assigned(recording, meeting, done if least > 1 else _first(done)))
    await seeing.told(database, db, actor, [each.recording.id for each in whole])
    numbers = await comparing.coder_numbers(db, book.programme_id)
    spoken = await columns.of_recordings(db, [(each[0], each[1]) for each in whole])
    turns = spoken.turns.with_row_index("unit")
    done_of = {each.recording.id: each.done for each in whole}
    coded = [_coded(each, done_of[each.recording.id], numbers) for each in spoken.recordings]
    document = codebooks.said(version)
    asked = _asked(turns, coded, done_of)
    done = [one for each in whole for one in each.done]
    asked, again = await leaving_out.without_lacking(db, asked, done, document)
    late = await leaving_out.not_blind(db, book.id, done if least > 1 else [])
    recoded = asked.join(late, on=late.columns, how="semi")["unit"].n_unique()
    said = (await _said(db, whole, least, axes)).join(late, on=late.columns, how="anti")
    counted = (waiting, again, recoded)
    parts, left_out = _joined(asked, said), LeftOut.of(spoken.left_out)
    return Material(book, version, document, coded, turns, *parts, *counted, left_out)


def _coded(
    each: Indexed, done: Sequence[CodingAssignment], numbers: Mapping[UUID, int]
) -> CodedRecording:
    coders = [numbers[one.coder_id] for one in done]
    people = list(each.people.values())
    return CodedRecording(each.recording, each.meeting, each.indexes, people, coders)


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


def _first(done: Sequence[CodingAssignment]) -> Sequence[CodingAssignment]:
    """As far as the first who was asked for everything."""
    whole = (place for place, each in enumerate(done) if each.turn_ids is None)
    return done[: next(whole, len(done)) + 1]


def _asked(
    turns: pl.DataFrame,
    coded: Sequence[CodedRecording],
    done_of: dict[UUID, Sequence[CodingAssignment]],
) -> pl.DataFrame:
    """One row for each turn of each assignment: what `standing.asked` answers, of all of them."""
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
    """`beside` is null of the leading code, and tells the order of the others."""
    ids = {
        "assignment": Coding.assignment_id,
        "turn": Coding.turn_id,
        "axis": Coding.axis_id,
        "code": Coding.code_id,
        "beside": case((col(Coding.is_primary), None), else_=col(Coding.id)),
    }
    mapping = {"mapping": case((col(Coding.made_by_mapping).is_not(None), 1), else_=0)}
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
    said = await frame(db, ids, mapping, where)
    return said.with_columns(pl.col("mapping").cast(pl.Boolean))


def _joined(asked: pl.DataFrame, said: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    found = said.join(asked, on=["assignment", "turn"])
    found = found.sort("unit", "place", "axis", "beside")
    kept = ("unit", "coder", "place", "axis", "code", "mapping")
    return asked.select("unit", "coder", "place"), found.select(kept)
