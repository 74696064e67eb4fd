"""Storing and reading the turn index of a recording."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import service as consent
from app.groups import service as groups
from app.groups.models import Membership
from app.kit.db import now
from app.kit.http import Window
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import consents
from app.recordings import service as recordings
from app.recordings.models import Recording
from app.turns import rules
from app.turns.models import Speech, Turn, TurnEdit, TurnIndex, TurnState

IMPORTED = "imported"
"""How the version of an index begins whose turns were marked with another program."""


class TurnRow(NamedTuple):
    """Without the speaker's name: whether a reader may know it, `app.blinding` says."""

    turn: Turn
    speaker: Membership
    is_left_out: bool = False
    """By the rules in force, because of what it is marked as: of figures, and of what is coded."""

    @property
    def is_counted(self) -> bool:
        """As holding the floor."""
        return not (self.turn.is_backchannel or self.is_left_out)


async def store(
    db: AsyncSession,
    recording_id: UUID,
    version: str,
    parameters: dict[str, Any],
    turns: Iterable[Turn],
    rules_id: UUID | None = None,
    heard_at: datetime | None = None,
) -> TurnIndex:
    """Puts a new index in place of one made by the same version with the same parameters, and what
    was marked with another program in place of what was so before.

    What people accepted stays in use, whichever index it came from; what an edit touched is kept.
    A turn that is found again is the same one: what was attached to it stays.
    `heard_at`: when the speech was heard, if that was before now.
    """
    indexes = select(TurnIndex).where(TurnIndex.recording_id == recording_id)
    olds = [old for old in (await db.exec(indexes)).all() if _replaces(old, version, parameters)]
    before = {_place(turn): turn for old in olds for turn in await _untouched(db, old)}
    index = TurnIndex(
        recording_id=recording_id,
        version=version,
        parameters=parameters,
        rules_id=rules_id,
        created_at=heard_at or now(),
    )
    db.add(index)
    await db.flush()
    for made in turns:
        turn = before.pop(_place(made), made)
        turn.index_id = index.id
        db.add(turn)
    for turn in before.values():
        await db.delete(turn)
    await db.flush()
    for old in olds:
        left = select(Turn.id).where(Turn.index_id == old.id).limit(1)
        if (await db.exec(left)).first() is None:
            await db.delete(old)
    await db.flush()
    return index


def _replaces(old: TurnIndex, version: str, parameters: dict[str, Any]) -> bool:
    if version.startswith(IMPORTED):
        return old.version.startswith(IMPORTED)
    return old.version == version and old.parameters == parameters


def _place(turn: Turn) -> tuple[UUID, int, int, bool, str]:
    return turn.user_id, turn.start_ms, turn.end_ms, turn.is_backchannel, turn.state


async def _untouched(db: AsyncSession, index: TurnIndex) -> Sequence[Turn]:
    """What no edit took or gave."""
    query = select(Turn).where(
        Turn.index_id == index.id,
        col(Turn.added_by_edit).is_(None),
        col(Turn.removed_by_edit).is_(None),
    )
    return (await db.exec(query)).all()


async def is_edited(db: AsyncSession, recording_id: UUID) -> bool:
    query = select(TurnEdit.id).where(TurnEdit.recording_id == recording_id).limit(1)
    return (await db.exec(query)).first() is not None


async def newest(db: AsyncSession, recording_id: UUID) -> TurnIndex | None:
    query = select(TurnIndex).where(TurnIndex.recording_id == recording_id)
    return (await db.exec(query.order_by(col(TurnIndex.id).desc()).limit(1))).first()


async def is_any_indexed(db: AsyncSession, group_id: UUID) -> bool:
    """Whether there is an index of any recording of a group."""
    query = (
        select(TurnIndex.id)
        .join(Recording, col(Recording.id) == TurnIndex.recording_id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(Meeting.group_id == group_id)
    )
    return (await db.exec(query.limit(1))).first() is not None


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
    """The index in use and the live turns in order of time, of those whose consent allows it now:
    what was accepted, and what the newest index proposes besides."""
    indexes = await _indexes(db, recording_id)
    if not indexes:
        return None, []
    live = await _live(db, indexes)
    return indexes[-1], await _shown(db, recording_id, meeting, indexes, live)


async def proposed(db: AsyncSession, index: TurnIndex, meeting: Meeting) -> list[TurnRow]:
    """All that this index proposed, in order of time, also what people have changed since; of
    those whose consent allows it now."""
    query = select(Turn).where(Turn.index_id == index.id, col(Turn.added_by_edit).is_(None))
    turns = (await db.exec(query.order_by(col(Turn.start_ms), col(Turn.id)))).all()
    return await shown(db, index.recording_id, meeting, turns)


async def shown(
    db: AsyncSession, recording_id: UUID, meeting: Meeting, turns: Iterable[Turn]
) -> list[TurnRow]:
    """Of these turns of a recording, those whose person's consent allows it now."""
    return await _shown(db, recording_id, meeting, await _indexes(db, recording_id), turns)


async def _shown(
    db: AsyncSession,
    recording_id: UUID,
    meeting: Meeting,
    indexes: Sequence[TurnIndex],
    turns: Iterable[Turn],
) -> list[TurnRow]:
    rows = await consent.chain(db, meeting.group_id)
    tapes = await recordings.tapes(db, recording_id)
    studied = {each.id: consents.studied(rows, tapes, each.created_at) for each in indexes}
    everyone = await groups.members(db, meeting.group_id, former=True)
    people = {user.id: member for member, user in everyone}
    left_out = (await rules.left_out_of(db, [meeting.group_id])).get(meeting.group_id, ())
    return [
        TurnRow(turn, people[turn.user_id], turn.talk in left_out)
        for turn in turns
        if turn.user_id in studied.get(turn.index_id, ()) and turn.user_id in people
    ]


async def _indexes(db: AsyncSession, recording_id: UUID) -> Sequence[TurnIndex]:
    """The newest last."""
    query = select(TurnIndex).where(TurnIndex.recording_id == recording_id)
    return (await db.exec(query.order_by(col(TurnIndex.id)))).all()


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


async def unstudied(db: AsyncSession, recording_id: UUID, meeting: Meeting) -> set[UUID]:
    """Whose speech is kept and may be used no longer."""
    rows = await consent.chain(db, meeting.group_id)
    tapes = await recordings.tapes(db, recording_id)
    query = select(Speech).where(Speech.recording_id == recording_id)
    return {
        each.user_id
        for each in (await db.exec(query)).all()
        if each.user_id not in consents.studied(rows, tapes, each.heard_at)
    }


async def _live(db: AsyncSession, indexes: Sequence[TurnIndex]) -> Sequence[Turn]:
    in_use = (col(Turn.index_id) == indexes[-1].id) | (col(Turn.state) == TurnState.ACCEPTED)
    query = select(Turn).where(
        col(Turn.index_id).in_([index.id for index in indexes]),
        col(Turn.removed_by_edit).is_(None),
        in_use,
    )
    return (await db.exec(query.order_by(col(Turn.start_ms), col(Turn.end_ms), col(Turn.id)))).all()
