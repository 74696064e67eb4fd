"""Where the machine and people cut turns, over every recording of a programme in which people
accepted some: what `segmentations.with_machine` tells of one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from sqlmodel.ext.asyncio.session import AsyncSession

from app.agreement import boundaries, segmentations
from app.agreement.boundaries import Lane, Pooled, Sums
from app.exports.figures import Counted, of_turns
from app.kit.intervals import Interval
from app.turns import columns
from app.turns.columns import Indexed, Spoken
from app.turns.rules import printed
from app.turns.service import IMPORTED

Spans = Mapping[int, Sequence[Interval]]
"""By the speaker's place."""


@dataclass(frozen=True)
class Pooling:
    pooled: Pooled
    unjudged: int
    """Turns that the machine proposes and nobody has judged: left out, with their time."""
    rules: Sequence[str]
    """Of every index that a turn compared comes from."""
    counted: Sequence[Counted]
    """Whose turns were compared, for the register of what goes out."""


async def of_programme(db: AsyncSession, programme_id: UUID) -> Pooling:
    """Who asks, was asked at the door. Raises NothingAccepted. Recordings whose turns came with a
    file are left out: no machine proposed them."""
    wanted = [(each[0], each[1]) for each in await segmentations.comparable(db, programme_id)]
    return await asyncio.to_thread(_pooling, await columns.ever_of(db, wanted))


def _pooling(spoken: Spoken) -> Pooling:
    found: list[Sums] = []
    unjudged, rules, counted = 0, set[str](), list[Counted]()
    for place, each in enumerate(spoken.recordings):
        turns = spoken.of(place)
        compared = turns.filter(_BY_MACHINE | _BY_PEOPLE)
        if each.index.version.startswith(IMPORTED) or not len(compared):
            continue
        waiting = turns.filter(_waiting(each))
        found.append(_sums(each, compared, waiting))
        unjudged += len(waiting)
        rules |= {printed(each.indexes[nth]) for nth in compared["index"].unique()}
        people = {each.users[who] for who in compared["speaker"].unique()}
        counted.append(of_turns(each.recording, each.meeting, people))
    if not found:
        raise segmentations.NothingAccepted
    return Pooling(boundaries.pooled(found), unjudged, sorted(rules), counted)


_BY_MACHINE = pl.col("is_removed") & ~pl.col("is_added")
"""Proposed, and judged since."""
_BY_PEOPLE = ~pl.col("is_removed") & pl.col("is_accepted")


def _waiting(each: Indexed) -> pl.Expr:
    newest = pl.col("index") == len(each.indexes) - 1
    return ~pl.col("is_removed") & ~pl.col("is_accepted") & newest


def _sums(each: Indexed, compared: pl.DataFrame, waiting: pl.DataFrame) -> Sums:
    one, other = (_spans(compared.filter(side)) for side in (_BY_MACHINE, _BY_PEOPLE))
    left_out = _spans(waiting)
    lanes = {
        str(who): Lane(one.get(who, ()), other.get(who, ()), left_out.get(who, ()))
        for who in sorted({*one, *other})
    }
    ends = [*compared["end_ms"], *waiting["end_ms"]]
    return boundaries.sums(max([each.recording.duration_ms or 0, *ends]), lanes)


def _spans(turns: pl.DataFrame) -> Spans:
    found: dict[int, list[Interval]] = {}
    for who, start, end in turns.select("speaker", "start_ms", "end_ms").iter_rows():
        found.setdefault(who, []).append(Interval(start, end))
    return found
