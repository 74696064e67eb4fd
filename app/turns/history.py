"""What people made of a recording's turns, the newest first, each beside what had been proposed.

An edit whose turns may not be shown any more stays in the list, so that the list is whole; nothing
is told of what it was about.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.models import User
from app.blinding.service import Names
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.turns import service
from app.turns.edits import Told, told
from app.turns.models import Turn, TurnEdit, TurnIndex
from app.turns.service import TurnRow

MERGE = "merge"
AT_ONCE = 500
"""Lower: more requests for a table of all. Higher: answers of megabytes."""


class Filter(NamedTuple):
    author_id: UUID | None = None
    """Who edited."""
    speaker_id: UUID | None = None
    """Whose turn was taken or given."""


class Step(NamedTuple):
    told: Told
    proposed: list[TurnRow]
    """What its turns go back to, in order of time: as the machine, or another program, had them.
    Empty when a person began them."""
    is_whole: bool
    """Whether all of that may be shown."""


class Link(NamedTuple):
    """How a turn came to be, and went."""

    made_from: UUID | None
    added_by: UUID | None
    removed_by: UUID | None


Ways = Mapping[UUID, tuple[UUID, ...] | None]
"""From a turn to those that it took the place of. None: nobody gave it, it was proposed."""


async def page(
    db: AsyncSession,
    actor: Actor,
    recording_id: UUID,
    wanted: Filter,
    before: int | None = None,
    limit: int = AT_ONCE,
) -> tuple[list[Step], int | None]:
    """The edits before that sequence number, and where to go on; None: that was all."""
    _, meeting = await recordings.get(db, actor, recording_id, Action.READ_TURNS)
    query = select(TurnEdit).where(TurnEdit.recording_id == recording_id)
    if wanted.author_id is not None:
        query = query.where(TurnEdit.author_id == wanted.author_id)
    if wanted.speaker_id is not None:
        if wanted.speaker_id not in await speakers(db, recording_id, meeting):
            return [], None
        query = query.where(_touched(wanted.speaker_id))
    if before is not None:
        query = query.where(TurnEdit.sequence < before)
    edits = (await db.exec(query.order_by(col(TurnEdit.sequence).desc()).limit(limit + 1))).all()
    shown = edits[:limit]
    more = shown[-1].sequence if len(edits) > limit else None
    return await _steps(db, recording_id, meeting, shown), more


async def whole(
    db: AsyncSession, actor: Actor, recording_id: UUID, wanted: Filter
) -> AsyncIterator[Step]:
    before: int | None = None
    while True:
        steps, before = await page(db, actor, recording_id, wanted, before)
        for step in steps:
            yield step
        if before is None:
            return


async def authors(db: AsyncSession, recording_id: UUID, names: Names) -> dict[UUID, str]:
    """Who edited a recording's turns, as the reader may call them."""
    edited = select(TurnEdit.author_id).where(TurnEdit.recording_id == recording_id)
    query = select(User.id, User.name).where(col(User.id).in_(edited)).order_by(col(User.name))
    return {id_: names.of(id_, name) for id_, name in (await db.exec(query)).all()}


async def speakers(db: AsyncSession, recording_id: UUID, meeting: Meeting) -> set[UUID]:
    """Whose turns may be shown: of others it is not told whether they were edited."""
    _, rows = await service.allowed(db, recording_id, meeting)
    return {row.turn.user_id for row in rows}


def ways(links: Mapping[UUID, Link], merges: Iterable[UUID]) -> Ways:
    """`merges`: edits that made one turn of all that they took."""
    taken: dict[UUID, list[UUID]] = {edit: [] for edit in merges}
    for id_, link in links.items():
        if link.removed_by in taken:
            taken[link.removed_by].append(id_)

    def back(link: Link) -> tuple[UUID, ...] | None:
        if link.added_by is None:
            return None
        if link.added_by in taken:
            return tuple(taken[link.added_by])
        return () if link.made_from is None else (link.made_from,)

    return {id_: back(link) for id_, link in links.items()}


def origins(turn_ids: Iterable[UUID], known: Ways) -> set[UUID]:
    """The proposed turns to which these go back."""
    found: set[UUID] = set()
    seen: set[UUID] = set()
    left = list(turn_ids)
    while left:
        here = left.pop()
        if here in seen or here not in known:
            continue
        seen.add(here)
        before = known[here]
        if before is None:
            found.add(here)
        else:
            left += before
    return found


def _touched(speaker_id: UUID) -> ColumnElement[bool]:
    """Edits that took or gave a turn of this person."""
    of = col(Turn.user_id) == speaker_id
    return or_(
        col(TurnEdit.id).in_(select(Turn.added_by_edit).where(of)),
        col(TurnEdit.id).in_(select(Turn.removed_by_edit).where(of)),
    )


async def _steps(
    db: AsyncSession, recording_id: UUID, meeting: Meeting, edits: Sequence[TurnEdit]
) -> list[Step]:
    known = await _ways(db, recording_id)
    steps = await told(db, meeting, edits)
    back = {
        step.edit.id: origins((row.turn.id for row in (*step.taken, *step.given)), known)
        for step in steps
    }
    indexes = select(TurnIndex.id).where(TurnIndex.recording_id == recording_id)
    query = select(Turn).where(
        col(Turn.index_id).in_(indexes),
        col(Turn.added_by_edit).is_(None),
        col(Turn.removed_by_edit).is_not(None),
    )
    turns = (await db.exec(query.order_by(col(Turn.start_ms), col(Turn.id)))).all()
    rows = await service.shown(db, recording_id, meeting, turns)

    def beside(step: Told) -> Step:
        wanted = back[step.edit.id]
        found = [row for row in rows if row.turn.id in wanted]
        return Step(step, found, len(found) == len(wanted))

    return [beside(step) for step in steps]


async def _ways(db: AsyncSession, recording_id: UUID) -> Ways:
    """Of every turn that an edit touched."""
    indexes = select(TurnIndex.id).where(TurnIndex.recording_id == recording_id)
    touched = or_(col(Turn.added_by_edit).is_not(None), col(Turn.removed_by_edit).is_not(None))
    query = select(Turn.id, Turn.made_from, Turn.added_by_edit, Turn.removed_by_edit)
    rows = (await db.exec(query.where(col(Turn.index_id).in_(indexes), touched))).all()
    merging = select(TurnEdit.id).where(
        TurnEdit.recording_id == recording_id, TurnEdit.operation == MERGE
    )
    return ways({id_: Link(*rest) for id_, *rest in rows}, (await db.exec(merging)).all())
