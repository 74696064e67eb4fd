"""The turns of many recordings at once, as the consents in force let them be used.

What `service.allowed` answers for one recording as objects, this answers for a whole programme as
columns, in as many statements for a hundred recordings as for one. Nothing is remembered between
requests: who withdrew a moment ago is in no column.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
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
from app.turns import rules
from app.turns.models import Talk, Turn, TurnIndex, TurnState

COLUMNS = (
    *("recording", "turn", "speaker", "start_ms", "end_ms", "is_backchannel"),
    *("is_accepted", "index", "talk"),
)
"""`recording`: its place in the list; `turn`: its key; `speaker`: the place in `Indexed.users`;
`index`: the place in `Indexed.indexes`; `talk`: the place in `TALKS`."""
TALKS = tuple(Talk)


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


class LeftOut(NamedTuple):
    """By the rules in force, because of what people marked turns as."""

    turns: int
    ms: int

    @classmethod
    def of(cls, turns: pl.DataFrame) -> "LeftOut":
        return cls(len(turns), int((turns["end_ms"] - turns["start_ms"]).sum()))


NOTHING = LeftOut(0, 0)


@dataclass(frozen=True)
class Spoken:
    recordings: Sequence[Indexed]
    """Those that have an index, in the order asked for."""
    turns: pl.DataFrame
    """By recording, start, end and id; see `COLUMNS`."""
    left_out: pl.DataFrame
    """Those that are in no figure, by the rules in force: likewise."""

    @property
    def every(self) -> pl.DataFrame:
        """In use, left out or not."""
        whole = pl.concat([self.turns, self.left_out])
        return whole.sort("recording", "start_ms", "end_ms", "turn")

    def of(self, place: int) -> pl.DataFrame:
        """The turns of one of the recordings."""
        return _of(self.turns, place)

    def aside(self, place: int) -> pl.DataFrame:
        """Those of them that are left out."""
        return _of(self.left_out, place)


def _of(turns: pl.DataFrame, place: int) -> pl.DataFrame:
    places = turns["recording"]
    first, last = places.search_sorted(place, "left"), places.search_sorted(place, "right")
    return turns.slice(first, last - first)


async def of_recordings(db: AsyncSession, wanted: Sequence[tuple[Recording, Meeting]]) -> Spoken:
    """The turns in use. Who asks, was asked at the door."""
    indexes = await _indexes(db, [recording.id for recording, _ in wanted])
    found = await _indexed(db, wanted, indexes)
    newest = [each[-1].id for each in indexes.values()]
    in_use = (
        col(Turn.removed_by_edit).is_(None),
        col(Turn.index_id).in_(newest) | (col(Turn.state) == TurnState.ACCEPTED),
    )
    usable = _usable(await _turns(db, indexes, _FLAGS, in_use), found, COLUMNS)
    is_left_out = await _left_out(db, found)
    return Spoken(found, usable.filter(~is_left_out), usable.filter(is_left_out))


async def ever_of(db: AsyncSession, wanted: Sequence[tuple[Recording, Meeting]]) -> Spoken:
    """Every turn that there was, also of older indexes and those that edits took away: with
    `is_removed` and `is_added`, what an edit did with it."""
    indexes = await _indexes(db, [recording.id for recording, _ in wanted])
    found = await _indexed(db, wanted, indexes)
    every = await _turns(db, indexes, _FLAGS | _EDITED, ())
    usable = _usable(every, found, (*COLUMNS, *_EDITED))
    return Spoken(found, usable, usable.clear())


async def _left_out(db: AsyncSession, found: Sequence[Indexed]) -> pl.Expr:
    """Which turns the rules in force leave out."""
    of_group = await rules.left_out_of(db, {each.meeting.group_id for each in found})
    places: dict[Talk, list[int]] = {}
    for place, each in enumerate(found):
        for talk in of_group.get(each.meeting.group_id, ()):
            places.setdefault(talk, []).append(place)
    marked = [
        (pl.col("talk") == TALKS.index(talk)) & pl.col("recording").is_in(own)
        for talk, own in places.items()
    ]
    return pl.any_horizontal(pl.lit(False), *marked)


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
    numbers = {**times, **flags, **_MARK}
    found = await frame(db, ids, numbers, (col(Turn.index_id).in_(every), *where))
    return found.with_columns(pl.col(*flags).cast(pl.Boolean))


_FLAGS = {
    "is_backchannel": case((col(Turn.is_backchannel), 1), else_=0),
    "is_accepted": case((col(Turn.state) == TurnState.ACCEPTED, 1), else_=0),
}
_MARK = {"talk": case({talk: place for place, talk in enumerate(TALKS)}, value=col(Turn.talk))}
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
