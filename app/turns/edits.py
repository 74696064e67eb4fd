"""Edits in the database: one transaction each, in the order of their arrival."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.models import User
from app.groups import access
from app.groups.models import Group
from app.kit import audit
from app.kit.errors import NotFound, Refusal
from app.kit.idempotency import KeyReused
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState
from app.turns import service, shared
from app.turns.editing import Change, Piece, TurnGone, change, reversed_
from app.turns.forms import Create, EditMake, Move, Undo
from app.turns.judging import REVERSALS, brought_back, effective, stacks
from app.turns.models import Talk, Turn, TurnEdit, TurnIndex, TurnState
from app.turns.service import TurnRow

REMEMBERED = 50
"""Steps back that the workbench is given at once. Lower: it asks more often. Higher: it starts
later."""


class NotIndexed(Refusal):
    """The recording is not finished, or has no turns at all."""

    code = "not_indexed"


class NotStudied(Refusal):
    """Turns are kept of those who agreed to indexing, and of nobody else."""

    code = "not_studied"


class Told(NamedTuple):
    """An edit with its author's name, and the turns that it took and gave and that may be shown."""

    edit: TurnEdit
    author: str
    taken: list[TurnRow]
    given: list[TurnRow]


class Bench(NamedTuple):
    in_use: TurnIndex
    sequence: int
    rows: list[TurnRow]
    heard: list[tuple[int, int]]
    dismissed: int
    undo: list[Told]
    redo: list[Told]


async def bench(db: AsyncSession, actor: Actor, recording_id: UUID) -> Bench:
    """What the workbench starts from."""
    _, meeting = await recordings.get(db, actor, recording_id, Action.READ_TURNS)
    index, rows = await service.allowed(db, recording_id, meeting)
    if index is None:
        raise NotIndexed
    edits = await _edits(db, recording_id)
    by_id = {edit.id: edit for edit in edits}
    named, copies = {row.turn.id: row for row in rows}, await _copies(db, recording_id)
    steps = []
    for stack in stacks(edits, actor.user_id):
        latest = await told(db, meeting, [by_id[id_] for id_ in stack[-REMEMBERED:]])
        steps.append([_today(step, named, copies) for step in latest])
    is_imported = index.version.startswith(service.IMPORTED)
    speech = None if is_imported else await shared.standing(db, recording_id, meeting)
    heard = shared.undecided(speech) if speech is not None else []
    dismissed = len(speech.dismissed) if speech is not None else 0
    return Bench(index, edits[-1].sequence if edits else 0, rows, heard, dismissed, *steps)


def _today(step: Told, live: Mapping[UUID, TurnRow], copies: Mapping[UUID, UUID]) -> Told:
    """With the turns that it gave as they are called now."""
    now = [live.get(brought_back(row.turn.id, copies), row) for row in step.given]
    return step._replace(given=now)


async def since(
    db: AsyncSession, actor: Actor, recording_id: UUID, sequence: int, limit: int
) -> list[Told]:
    """The edits after that one, in order."""
    _, meeting = await recordings.get(db, actor, recording_id, Action.READ_TURNS)
    query = select(TurnEdit).where(
        TurnEdit.recording_id == recording_id, TurnEdit.sequence > sequence
    )
    edits = (await db.exec(query.order_by(col(TurnEdit.sequence)).limit(limit))).all()
    return await told(db, meeting, edits)


async def make(db: AsyncSession, actor: Actor, recording_id: UUID, form: EditMake) -> Told:
    """Does one edit; one that was done already is answered as it was then.

    Raises what `editing` raises, NotIndexed, NotStudied, and KeyReused for an id of another edit.
    """
    recording, meeting = await recordings.get(db, actor, recording_id, Action.EDIT_TURNS)
    await recordings.hold(db, recording_id)
    before = await db.get(TurnEdit, form.id)
    if before is not None:
        same = (before.recording_id, before.author_id) == (recording_id, actor.user_id)
        if not same or before.operation != form.operation.name:
            raise KeyReused(field="id")
        return (await told(db, meeting, [before]))[0]
    index, rows = await service.allowed(db, recording_id, meeting)
    if index is None or recording.state != RecordingState.READY:
        raise NotIndexed
    live = {row.turn.id: _piece(row.turn) for row in rows}
    length = max([recording.duration_ms or 0, *(piece.end_ms for piece in live.values())])
    wanted = await _wanted(db, recording_id, form.operation, live, length)
    studied = await service.studied_in(db, index, meeting)
    if any(piece.user_id not in studied for piece in wanted.given):
        raise NotStudied(field="user_id")
    edit = await _next(db, actor, recording_id, form)
    await _apply(db, edit, index, wanted)
    await tell(db, actor, recording, meeting)
    return (await told(db, meeting, [edit]))[0]


async def in_the_way(
    db: AsyncSession, actor: Actor, recording_id: UUID, form: EditMake
) -> tuple[list[Told], list[TurnRow]]:
    """What a refused edit collided with: the edits that took its turns away, and the live turns
    that stand there now."""
    _, meeting = await recordings.get(db, actor, recording_id, Action.READ_TURNS)
    _, rows = await service.allowed(db, recording_id, meeting)
    meant = await _meant(db, recording_id, form)
    removed = {turn.removed_by_edit for turn in meant if turn.removed_by_edit is not None}
    query = select(TurnEdit).where(col(TurnEdit.id).in_(removed))
    edits = (await db.exec(query.order_by(col(TurnEdit.sequence)))).all()
    spans = [(turn.start_ms, turn.end_ms) for turn in meant]
    if isinstance(form.operation, Create | Move):
        spans.append((form.operation.start_ms, form.operation.end_ms))
    low, high = min((s for s, _ in spans), default=0), max((e for _, e in spans), default=0)
    there = [row for row in rows if row.turn.start_ms < high and low < row.turn.end_ms]
    return await told(db, meeting, edits), there


async def told(db: AsyncSession, meeting: Meeting, edits: Sequence[TurnEdit]) -> list[Told]:
    """These edits of one recording, with what may be shown of them."""
    if not edits:
        return []
    ids = {edit.id for edit in edits}
    touched = col(Turn.added_by_edit).in_(ids) | col(Turn.removed_by_edit).in_(ids)
    order = (col(Turn.start_ms), col(Turn.id))
    turns = (await db.exec(select(Turn).where(touched).order_by(*order))).all()
    rows = await service.shown(db, edits[0].recording_id, meeting, turns)
    authors = select(User.id, User.name).where(col(User.id).in_({e.author_id for e in edits}))
    names = dict((await db.exec(authors)).all())
    return [
        Told(
            edit,
            names[edit.author_id],
            [row for row in rows if row.turn.removed_by_edit == edit.id],
            [row for row in rows if row.turn.added_by_edit == edit.id],
        )
        for edit in edits
    ]


async def _meant(db: AsyncSession, recording_id: UUID, form: EditMake) -> Sequence[Turn]:
    """The turns that an edit meant, live or not."""
    operation = form.operation
    if isinstance(operation, Undo):
        where = col(Turn.added_by_edit) == operation.edit
    else:
        ids = [getattr(operation, "turn", None), *getattr(operation, "turns", ())]
        where = col(Turn.id).in_([id_ for id_ in ids if id_ is not None])
    indexes = select(TurnIndex.id).where(TurnIndex.recording_id == recording_id)
    return (await db.exec(select(Turn).where(where, col(Turn.index_id).in_(indexes)))).all()


async def _wanted(
    db: AsyncSession, recording_id: UUID, operation: Any, live: Mapping[UUID, Piece], length: int
) -> Change:
    if not isinstance(operation, Undo):
        return change(operation, live, length)
    edit = await db.get(TurnEdit, operation.edit)
    if edit is None or edit.recording_id != recording_id:
        raise NotFound(field="edit")
    if edit.id not in effective(await _edits(db, recording_id)):
        raise TurnGone(field="edit")
    copies = await _copies(db, recording_id)
    given = (await db.exec(select(Turn.id).where(Turn.added_by_edit == edit.id))).all()
    taken = (await db.exec(select(Turn).where(Turn.removed_by_edit == edit.id))).all()
    gone = [brought_back(id_, copies) for id_ in given]
    return reversed_(gone, map(_piece, taken), live, operation.given, length)


async def _copies(db: AsyncSession, recording_id: UUID) -> dict[UUID, UUID]:
    """What undos and redos gave, by what it is a copy of."""
    query = (
        select(Turn.made_from, Turn.id)
        .join(TurnEdit, col(TurnEdit.id) == Turn.added_by_edit)
        .where(TurnEdit.recording_id == recording_id, col(TurnEdit.operation).in_(REVERSALS))
    )
    return {before: id_ for before, id_ in (await db.exec(query)).all() if before is not None}


async def _next(db: AsyncSession, actor: Actor, recording_id: UUID, form: EditMake) -> TurnEdit:
    last = select(func.max(TurnEdit.sequence)).where(TurnEdit.recording_id == recording_id)
    edit = TurnEdit(
        id=form.id,
        recording_id=recording_id,
        sequence=((await db.exec(last)).one() or 0) + 1,
        operation=form.operation.name,
        reverses=form.operation.edit if isinstance(form.operation, Undo) else None,
        author_id=actor.user_id,
    )
    db.add(edit)
    await db.flush()
    return edit


async def _apply(db: AsyncSession, edit: TurnEdit, index: TurnIndex, wanted: Change) -> None:
    taking = update(Turn).where(col(Turn.id).in_(wanted.taken), col(Turn.removed_by_edit).is_(None))
    await db.exec(taking.values(removed_by_edit=edit.id))
    for piece in wanted.given:
        db.add(
            Turn(
                id=piece.id,
                index_id=index.id,
                user_id=piece.user_id,
                start_ms=piece.start_ms,
                end_ms=piece.end_ms,
                is_backchannel=piece.is_backchannel,
                talk=piece.talk,
                state=piece.state,
                added_by_edit=edit.id,
                made_from=piece.made_from,
            )
        )
    await db.flush()


async def tell(db: AsyncSession, actor: Actor, recording: Recording, meeting: Meeting) -> None:
    """Once for a while of work, not for every nudge: each edit is kept by itself."""
    group = await db.get_one(Group, meeting.group_id)
    role = acting_as(await access.roles(db, actor, group), Action.EDIT_TURNS)
    about = audit.About("turns", recording.id, None, group.programme_id, group.id, meeting.id)
    doer = audit.Doer(actor.user_id, str(role))
    audit.record(db, audit.Deed.EDITED_TURNS, doer, about, within=audit.SAME_USE)


async def _edits(db: AsyncSession, recording_id: UUID) -> Sequence[TurnEdit]:
    query = select(TurnEdit).where(TurnEdit.recording_id == recording_id)
    return (await db.exec(query.order_by(col(TurnEdit.sequence)))).all()


def _piece(turn: Turn) -> Piece:
    return Piece(
        turn.id,
        turn.user_id,
        turn.start_ms,
        turn.end_ms,
        turn.is_backchannel,
        TurnState(turn.state),
        turn.made_from,
        Talk(turn.talk),
    )
