"""The turns of many recordings at once, as the consents in force let them be used.

What `service.allowed` answers for one recording as objects, this answers for a whole programme as
columns, in as many statements for a hundred recordings as for one. Nothing is remembered between
requests: who withdrew a moment ago is in no column.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import case
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.consent.models import ConsentDecision
from app.groups import service as groups
from app.groups.models import Membership
from app.kit.frames import frame, key
from app.meetings.models import Meeting
from app.recordings import consents
from app.recordings import service as recordings
from app.recordings.models import Recording, Tape
from app.turns.models import Turn, TurnIndex, TurnState

COLUMNS = (
    *("recording", "turn", "speaker", "start_ms", "end_ms", "is_backchannel"),
    *("is_accepted", "index"),
)
"""`recording`: its place in the list; `turn`: its key; `speaker`: the place in `Indexed.users`;
`index`: the place in `Indexed.indexes`."""


@dataclass(frozen=True)
class Indexed:
    """A recording with an index, and what its turns rest on."""

    recording: Recording
    meeting: Meeting
    indexes: Sequence[TurnIndex]
    """The newest, which is the one in use, last. What was accepted of older ones is in use too."""
    ledger: Sequence[ConsentDecision]
    """Of its group."""
    tapes: Sequence[Tape]
    people: Mapping[UUID, Membership]
    """Of its group, also those who left."""

    @property
    def index(self) -> TurnIndex:
        return self.indexes[-1]

    @property
    def users(self) -> list[UUID]:
        return list(self.people)

    @property
    def studied(self) -> set[UUID]:
        """Whose turns of the index in use may be used now."""
        return consents.studied(self.ledger, self.tapes, self.index.created_at)


@dataclass(frozen=True)
class Spoken:
    recordings: Sequence[Indexed]
    """Those that have an index, in the order asked for."""
    turns: pl.DataFrame
    """By recording, start, end and id; see `COLUMNS`."""

    def of(self, place: int) -> pl.DataFrame:
        """The turns of one of the recordings."""
        ends = self.turns["recording"]
        first, last = ends.search_sorted(place, "left"), ends.search_sorted(place, "right")
        return self.turns.slice(first, last - first)


async def of_recordings(db: AsyncSession, wanted: Sequence[tuple[Recording, Meeting]]) -> Spoken:
    """The turns in use. Who asks, was asked at the door."""
    indexes = await _indexes(db, [recording.id for recording, _ in wanted])
    found = await _indexed(db, wanted, indexes)
    newest = [each[-1].id for each in indexes.values()]
    in_use = (
        col(Turn.removed_by_edit).is_(None),
        col(Turn.index_id).in_(newest) | (col(Turn.state) == TurnState.ACCEPTED),
    )
    return Spoken(found, _usable(await _turns(db, indexes, _FLAGS, in_use), found, COLUMNS))


async def ever_of(db: AsyncSession, wanted: Sequence[tuple[Recording, Meeting]]) -> Spoken:
    """Every turn that there was, also of older indexes and those that edits took away: with
    `is_removed` and `is_added`, what an edit did with it."""
    indexes = await _indexes(db, [recording.id for recording, _ in wanted])
    found = await _indexed(db, wanted, indexes)
    every = await _turns(db, indexes, _FLAGS | _EDITED, ())
    return Spoken(found, _usable(every, found, (*COLUMNS, *_EDITED)))


async def _indexed(
    db: AsyncSession,
    wanted: Sequence[tuple[Recording, Meeting]],
    indexes: Mapping[UUID, Sequence[TurnIndex]],
) -> list[Indexed]:
    ids = [recording.id for recording, _ in wanted]
    group_ids = {meeting.group_id for _, meeting in wanted}
    chains = await consent.chains(db, group_ids)
    people = await groups.everyone_in(db, group_ids)
    tapes = await recordings.tapes_of(db, ids)
    return [
        Indexed(
            recording,
            meeting,
            indexes[recording.id],
            chains[meeting.group_id],
            tapes[recording.id],
            people[meeting.group_id],
        )
        for recording, meeting in wanted
        if recording.id in indexes
    ]


async def _indexes(
    db: AsyncSession, recording_ids: Collection[UUID]
) -> dict[UUID, list[TurnIndex]]:
    """By recording, the newest last; those that have one."""
    query = select(TurnIndex).where(col(TurnIndex.recording_id).in_(recording_ids))
    found: dict[UUID, list[TurnIndex]] = {}
    for index in (await db.exec(query.order_by(col(TurnIndex.id)))).all():
        found.setdefault(index.recording_id, []).append(index)
    return found


async def _turns(
    db: AsyncSession,
    indexes: Mapping[UUID, Sequence[TurnIndex]],
    flags: Mapping[str, Any],
    where: Sequence[Any],
) -> pl.DataFrame:
    every = [index.id for each in indexes.values() for index in each]
    ids = {"turn": Turn.id, "made_by": Turn.index_id, "user": Turn.user_id}
    times = {"start_ms": Turn.start_ms, "end_ms": Turn.end_ms}
    found = await frame(db, ids, {**times, **flags}, (col(Turn.index_id).in_(every), *where))
    return found.with_columns(pl.col(*flags).cast(pl.Boolean))


_FLAGS = {
    "is_backchannel": case((col(Turn.is_backchannel), 1), else_=0),
    "is_accepted": case((col(Turn.state) == TurnState.ACCEPTED, 1), else_=0),
}
_EDITED = {
    "is_removed": case((col(Turn.removed_by_edit).is_not(None), 1), else_=0),
    "is_added": case((col(Turn.added_by_edit).is_not(None), 1), else_=0),
}


def _usable(turns: pl.DataFrame, found: Sequence[Indexed], columns: Sequence[str]) -> pl.DataFrame:
    """The turns of those whose consent covered each index when it was made, and stands."""
    allowed = [
        (key(index.id), key(user), place, number, nth)
        for place, each in enumerate(found)
        for nth, index in enumerate(each.indexes)
        for studied in (consents.studied(each.ledger, each.tapes, index.created_at),)
        for number, user in enumerate(each.people)
        if user in studied
    ]
    who = pl.DataFrame(allowed, schema=_ALLOWED, orient="row")
    turns = turns.join(who, on=["made_by", "user"], how="inner").select(columns)
    return turns.sort("recording", "start_ms", "end_ms", "turn")


_ALLOWED = {
    **dict.fromkeys(("made_by", "user"), pl.String),
    **dict.fromkeys(("recording", "speaker", "index"), pl.Int32),
}
