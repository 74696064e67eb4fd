"""What was said of a turn goes along when the workbench puts another in its place.

A turn never changes: whoever moves its edge, accepts it or takes a step back gives another one.
Where one came in the place of one, what coders said of that one is about it. Where two became one,
what a coder said of both alike is said of it too. Where they differ, and where one was split or
deleted, what was said stays where it was, and is to be said again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding.models import CodingAssignment
from app.coding import reopening
from app.coding.models import Adjudication, Coding, CodingMemo, FollowedTurns
from app.kit.db import Database
from app.recordings import service as recordings
from app.turns.judging import REVERSALS
from app.turns.models import Turn, TurnEdit, TurnIndex

PAUSE_S = 0.15
"""Between two recordings, so that others write as well: SQLite has one writer at a time, and who
waits looks ten times a second. Lower: a first look at everything keeps all of them waiting."""
Row = Coding | Adjudication


class Step(NamedTuple):
    """An edit that did not put one turn in the place of one; both sides by time."""

    taken: list[Turn]
    given: list[Turn]
    is_reversal: bool


class Ways(NamedTuple):
    """Where the edits of one recording led its turns."""

    one: dict[UUID, UUID]
    """A turn → the one that came in its place."""
    steps: list[Step]
    """In the order of edits."""

    def end(self, turn_id: UUID) -> UUID:
        """Over however many steps; the turn itself if none came in its place."""
        while turn_id in self.one:
            turn_id = self.one[turn_id]
        return turn_id

    def knows(self, turn_id: UUID) -> bool:
        """Whether some edit took it away."""
        taken = (turn.id for step in self.steps for turn in step.taken)
        return turn_id in self.one or turn_id in taken


class Said(NamedTuple):
    """By turn, of all that some edit touched."""

    rows: defaultdict[UUID, list[Row]]
    memos: defaultdict[UUID, list[CodingMemo]]


async def follow(database: Database) -> None:
    """Looks where somebody has edited, or turns were proposed anew, since it last did. Cheap when
    nothing has changed."""
    async with database.reading() as db:
        behind = await _behind(db)
    for each in behind:
        async with database.transaction() as db:
            await carry(db, each.recording_id)
            await db.merge(each)
        await asyncio.sleep(PAUSE_S)


async def carry(db: AsyncSession, recording_id: UUID) -> Ways:
    """All that was said of one recording's turns, and what is to be said again. Idempotent."""
    await recordings.hold(db, recording_id)
    assignments = await _assignments(db, recording_id)
    ways, said = await _ways(db, recording_id), await _said(db, recording_id)
    for old in ways.one:
        _move(said, old, ways.end(old))
    await db.flush()
    for step in ways.steps:
        olds = [turn.id for turn in step.taken if not turn.is_backchannel]
        if olds and len(step.given) == 1:
            db.add_all(_joined(said, olds, ways.end(step.given[0].id)))
    _ask_again(assignments, ways)
    await db.flush()
    await reopening.reopen(db, recording_id, assignments)
    return ways


async def _behind(db: AsyncSession) -> list[FollowedTurns]:
    """How far recordings that somebody codes are now, if there is something to follow."""
    coded = select(CodingAssignment.recording_id)
    edits = (
        select(TurnEdit.recording_id, func.max(TurnEdit.sequence))
        .where(col(TurnEdit.recording_id).in_(coded))
        .group_by(col(TurnEdit.recording_id))
    )
    indexes = select(TurnIndex.recording_id, TurnIndex.id)
    indexes = indexes.where(col(TurnIndex.recording_id).in_(coded)).order_by(col(TurnIndex.id))
    edited, newest = dict((await db.exec(edits)).all()), dict((await db.exec(indexes)).all())
    known = (await db.exec(select(FollowedTurns))).all()
    followed = {each.recording_id: (each.sequence, each.index_id) for each in known}
    return [
        FollowedTurns(recording_id=id_, sequence=edited.get(id_, 0), index_id=index)
        for id_, index in newest.items()
        if followed.get(id_) != (edited.get(id_, 0), index)
    ]


async def _ways(db: AsyncSession, recording_id: UUID) -> Ways:
    indexes = select(TurnIndex.id).where(TurnIndex.recording_id == recording_id)
    touched = or_(col(Turn.added_by_edit).is_not(None), col(Turn.removed_by_edit).is_not(None))
    query = select(Turn).where(col(Turn.index_id).in_(indexes), touched)
    taken: defaultdict[UUID | None, list[Turn]] = defaultdict(list)
    given: defaultdict[UUID | None, list[Turn]] = defaultdict(list)
    for turn in (await db.exec(query.order_by(col(Turn.start_ms), col(Turn.id)))).all():
        taken[turn.removed_by_edit].append(turn)
        given[turn.added_by_edit].append(turn)
    edits = select(TurnEdit).where(TurnEdit.recording_id == recording_id)
    ways = Ways({}, [])
    for edit in (await db.exec(edits.order_by(col(TurnEdit.sequence)))).all():
        before, after = taken[edit.id], given[edit.id]
        if len(before) == len(after) == 1:
            ways.one[before[0].id] = after[0].id
            continue
        is_reversal = edit.operation in REVERSALS
        if is_reversal:  # what had been taken away comes back, by another id
            ways.one.update({turn.made_from: turn.id for turn in after if turn.made_from})
        ways.steps.append(Step(before, after, is_reversal))
    return ways


async def _said(db: AsyncSession, recording_id: UUID) -> Said:
    indexes = select(TurnIndex.id).where(TurnIndex.recording_id == recording_id)
    touched = or_(col(Turn.added_by_edit).is_not(None), col(Turn.removed_by_edit).is_not(None))
    turns = select(Turn.id).where(col(Turn.index_id).in_(indexes), touched)
    found = Said(defaultdict(list), defaultdict(list))
    for coding in (await db.exec(select(Coding).where(col(Coding.turn_id).in_(turns)))).all():
        found.rows[coding.turn_id].append(coding)
    decided = select(Adjudication).where(col(Adjudication.turn_id).in_(turns))
    for row in (await db.exec(decided)).all():
        found.rows[row.turn_id].append(row)
    memos = select(CodingMemo).where(col(CodingMemo.turn_id).in_(turns))
    for memo in (await db.exec(memos)).all():
        found.memos[memo.turn_id].append(memo)
    return found


def _cell(row: Row) -> tuple[UUID, UUID]:
    """Whose, and along which axis."""
    whose = row.assignment_id if isinstance(row, Coding) else row.version_id
    return whose, row.axis_id


def _move(said: Said, old: UUID, new: UUID) -> None:
    """Whoever has said something of the new turn on an axis already is not contradicted."""
    taken = {_cell(row) for row in said.rows[new]}
    moving = [row for row in said.rows[old] if _cell(row) not in taken]
    noted = {memo.assignment_id for memo in said.memos[new]}
    along = [memo for memo in said.memos[old] if memo.assignment_id not in noted]
    for each in (*moving, *along):
        each.turn_id = new
    said.rows[old] = [row for row in said.rows[old] if row.turn_id == old]
    said.memos[old] = [memo for memo in said.memos[old] if memo.turn_id == old]
    said.rows[new] += moving
    said.memos[new] += along


def _joined(said: Said, olds: Sequence[UUID], new: UUID) -> list[Row | CodingMemo]:
    """Copies for the new turn of what stands of all the old ones alike: these keep theirs, for a
    step back. None where something was said of the new one before."""
    written = {_cell(row) for row in said.rows[new]}
    made: list[Row | CodingMemo] = _memos(said, olds, new)
    standing = [[row for row in said.rows[old] if row.ended_at is None] for old in olds]
    for cell in dict.fromkeys(_cell(row) for row in standing[0]):
        held = [[row for row in rows if _cell(row) == cell] for rows in standing]
        if cell not in written and len({_saying(rows) for rows in held}) == 1:
            copies = [_copy(row, held, new) for row in held[0]]
            said.rows[new] += copies
            made += copies
    return made


def _saying(rows: Sequence[Row]) -> tuple[frozenset[UUID | None], frozenset[UUID | None]]:
    """What leads, and all of it."""
    leading = frozenset(row.code_id for row in rows if row.is_primary)
    return leading, frozenset(row.code_id for row in rows)


def _copy(row: Row, held: Sequence[Sequence[Row]], new: UUID) -> Row:
    """As late, and where the coder was not as sure of all, with no word on that."""
    every = [each for rows in held for each in rows]
    changed = {"turn_id": new, "decided_at": max(each.decided_at for each in every)}
    copied = row.model_dump(exclude={"id"}) | changed
    if len({each.confidence for each in every if isinstance(each, Coding)}) > 1:
        copied["confidence"] = None
    return type(row)(**copied)


def _memos(said: Said, olds: Sequence[UUID], new: UUID) -> list[Row | CodingMemo]:
    """One after another, where their coder has not written or coded anything there before."""
    known = {memo.assignment_id for memo in said.memos[new]}
    known |= {row.assignment_id for row in said.rows[new] if isinstance(row, Coding)}
    held: dict[UUID, list[CodingMemo]] = {}
    for memo in (memo for old in olds for memo in said.memos[old]):
        held.setdefault(memo.assignment_id, []).append(memo)
    made = [
        CodingMemo(
            assignment_id=assignment_id,
            turn_id=new,
            body="\n".join(memo.body for memo in memos),
            decided_at=max(memo.decided_at for memo in memos),
        )
        for assignment_id, memos in held.items()
        if assignment_id not in known
    ]
    said.memos[new] += made
    return [*made]


async def _assignments(db: AsyncSession, recording_id: UUID) -> Sequence[CodingAssignment]:
    """Locked before their codings, as a mapping does."""
    query = select(CodingAssignment).where(CodingAssignment.recording_id == recording_id)
    return (await db.exec(query.order_by(col(CodingAssignment.id)).with_for_update())).all()


def _ask_again(assignments: Sequence[CodingAssignment], ways: Ways) -> None:
    """Of a drawn turn whatever came in its place is asked for; it stays drawn, for a step back."""
    for assignment in assignments:
        if assignment.turn_ids is None:
            continue
        asked = dict.fromkeys(ways.end(UUID(each)) for each in assignment.turn_ids)
        for taken, given, is_reversal in ways.steps:
            if not is_reversal and any(turn.id in asked for turn in taken):
                asked |= dict.fromkeys(ways.end(turn.id) for turn in given)
        assignment.turn_ids = [str(each) for each in asked]
