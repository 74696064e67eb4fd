"""Storing and reading the turn index of a recording."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import service as consent
from app.groups import service as groups
from app.groups.models import Membership
from app.kit.http import Window
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import consents
from app.recordings import service as recordings
from app.turns.models import Turn, TurnIndex

IMPORTED = "imported"
"""How the version of an index begins whose turns were marked with another program."""


class TurnRow(NamedTuple):
    turn: Turn
    speaker: Membership
    name: str


async def store(
    db: AsyncSession,
    recording_id: UUID,
    version: str,
    parameters: dict[str, Any],
    turns: Iterable[Turn],
) -> TurnIndex:
    """Puts a new index in place of one made by the same version with the same parameters."""
    same = select(TurnIndex).where(
        TurnIndex.recording_id == recording_id, TurnIndex.version == version
    )
    for old in (await db.exec(same)).all():
        if old.parameters == parameters:
            await db.exec(delete(Turn).where(col(Turn.index_id) == old.id))
            await db.delete(old)
    index = TurnIndex(recording_id=recording_id, version=version, parameters=parameters)
    db.add(index)
    await db.flush()
    for turn in turns:
        turn.index_id = index.id
        db.add(turn)
    await db.flush()
    return index


async def newest(db: AsyncSession, recording_id: UUID) -> TurnIndex | None:
    query = select(TurnIndex).where(TurnIndex.recording_id == recording_id)
    return (await db.exec(query.order_by(col(TurnIndex.id).desc()).limit(1))).first()


async def is_imported(db: AsyncSession, recording_id: UUID) -> bool:
    """Whether the index in use was marked with another program: no machine's comes in its place."""
    index = await newest(db, recording_id)
    return index is not None and index.version.startswith(IMPORTED)


async def of_recording(
    db: AsyncSession, actor: Actor, recording_id: UUID
) -> tuple[TurnIndex | None, list[TurnRow]]:
    """The index in use and its turns in order of time, of those whose consent allows it now."""
    _, meeting = await recordings.get(db, actor, recording_id, Action.READ_TURNS)
    return await allowed(db, recording_id, meeting)


async def allowed(
    db: AsyncSession, recording_id: UUID, meeting: Meeting
) -> tuple[TurnIndex | None, list[TurnRow]]:
    index = await newest(db, recording_id)
    if index is None:
        return None, []
    studied = await studied_in(db, index, meeting)
    people = {
        user.id: (m, user.name)
        for m, user in await groups.members(db, meeting.group_id, former=True)
    }
    turns = await _turns(db, index.id, studied & set(people))
    return index, [TurnRow(turn, *people[turn.user_id]) for turn in turns]


def windowed(rows: Sequence[TurnRow], window: Window) -> tuple[Sequence[TurnRow], UUID | None]:
    """The rows after the turn that the cursor names, and where to go on; nothing after one that
    is gone."""
    start = 0
    if window.after is not None:
        at = next((n for n, row in enumerate(rows) if row.turn.id == window.after), len(rows))
        start = at + 1
    shown = rows[start : start + window.limit]
    more = start + window.limit < len(rows)
    return shown, shown[-1].turn.id if more else None


async def studied_in(db: AsyncSession, index: TurnIndex, meeting: Meeting) -> set[UUID]:
    """Whose turns of this index the consents in force allow to be used."""
    tapes = await recordings.tapes(db, index.recording_id)
    return consents.studied(await consent.chain(db, meeting.group_id), tapes, index.created_at)


async def _turns(db: AsyncSession, index_id: UUID, users: Collection[UUID]) -> list[Turn]:
    query = select(Turn).where(Turn.index_id == index_id, col(Turn.user_id).in_(users))
    return list(
        (await db.exec(query.order_by(col(Turn.start_ms), col(Turn.end_ms), col(Turn.id)))).all()
    )
