"""Agreement between the finished coders of one version of a codebook."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import numpy as np
import polars as pl
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.agreement import bootstrap, material, measures, unitizing
from app.agreement.bootstrap import Estimate
from app.agreement.material import CodedRecording, Material
from app.agreement.measures import AxisAgreement, Said
from app.agreement.ratings import MISSING, Flags, Floats, Ints, Ratings
from app.agreement.unitizing import Continuum
from app.codebooks.document import Axis, Code
from app.kit.frames import key

ALPHAS = {
    "u_alpha": unitizing.u_alpha,
    "binary_alpha": unitizing.binary_alpha,
    "cu_alpha": unitizing.cu_alpha,
}


class Moment(NamedTuple):
    """A turn that was compared, and where it is heard."""

    coded: CodedRecording
    turn_key: str
    pseudonym: str
    start_ms: int
    end_ms: int

    @property
    def turn_id(self) -> UUID:
        return UUID(self.turn_key)


@dataclass(frozen=True)
class Compared:
    """One axis. On an axis that is not required, no code is a category of its own, the last."""

    axis: Axis
    codes: Sequence[Code | None]
    leading: Ints
    """Moments × coders: the place of the leading code in `codes`, or `MISSING`."""
    agreement: AxisAgreement
    by_time: dict[str, Estimate]


@dataclass(frozen=True)
class Report:
    material: Material
    coders: Sequence[int]
    moments: Sequence[Moment]
    """The turns that two or more coded; the units of every axis, in their order."""
    decided: Flags
    """Moments × coders: who decided about it, by a code on some axis."""
    axes: Sequence[Compared]

    @cached_property
    def column(self) -> dict[int, int]:
        """Of each coder the column in matrices."""
        return {coder: place for place, coder in enumerate(self.coders)}


async def of_version(db: AsyncSession, actor: Actor, version_id: UUID) -> Report:
    """Over every recording with two finished coders or more, and none unfinished."""
    found = await material.of_version(db, actor, version_id, least=2)
    return await asyncio.to_thread(report, found)


def report(found: Material) -> Report:
    coders = sorted({number for each in found.coded for number in each.coders})
    column = pl.DataFrame(
        {"coder": coders, "column": range(len(coders))},
        schema={"coder": pl.Int32, "column": pl.Int64},
    )
    coded = found.said.select("unit", "coder", "place").unique()
    double = coded.group_by("unit").len().filter(pl.col("len") > 1).select("unit").sort("unit")
    units = found.turns.join(double, on="unit", maintain_order="right").with_row_index("moment")
    number = units.select("unit", pl.col("moment").cast(pl.Int64))
    coded = coded.join(number, on="unit").join(column, on="coder")
    decided = np.zeros((len(units), len(coders)), dtype=np.bool_)
    decided[coded["moment"].to_numpy(), coded["column"].to_numpy()] = True
    said = found.said.join(number, on="unit", maintain_order="left").join(
        column, on="coder", maintain_order="left"
    )
    lanes = _lanes(units)
    axes = [_compared(found, axis, units, lanes, said, decided) for axis in found.document.axes]
    return Report(found, coders, _moments(found, units), decided, axes)


def _moments(found: Material, units: pl.DataFrame) -> list[Moment]:
    rows = units.select("recording", "turn", "speaker", "start_ms", "end_ms").iter_rows()
    return [
        Moment(coded := found.coded[place], turn, coded.speakers[who].pseudonym, start, end)
        for place, turn, who, start, end in rows
    ]


def _compared(
    found: Material,
    axis: Axis,
    units: pl.DataFrame,
    lanes: pl.DataFrame,
    said: pl.DataFrame,
    decided: Flags,
) -> Compared:
    codes: list[Code | None] = [code for code in axis.codes if code.is_codable]
    number = {key(code.id): place for place, code in enumerate(codes) if code is not None}
    if not axis.is_required:
        codes.append(None)
    its = said.filter(pl.col("axis") == key(axis.id)).with_columns(
        pl.col("code").replace_strict(number, default=None, return_dtype=pl.Int64).alias("number")
    )
    values = _said(axis, len(codes), units, its, decided)
    in_order = sum(code is not None for code in codes) if axis.is_ordinal else 0
    agreement = measures.axis(values, in_order)
    by_time = _by_time(found, lanes, its, len(number))
    return Compared(axis, codes, values.leading.values, agreement, by_time)


def _said(axis: Axis, size: int, units: pl.DataFrame, its: pl.DataFrame, decided: Flags) -> Said:
    """Units × coders, filled where a coder decided about the turn."""
    leading = np.full(decided.shape, MISSING, dtype=np.int64)
    given = np.zeros((*decided.shape, size), dtype=np.bool_)
    known = its.filter(pl.col("number").is_not_null())
    unit, coder, code = (known[name].to_numpy() for name in ("moment", "column", "number"))
    given[unit, coder, code] = True
    first = known.unique(["moment", "column"], keep="first", maintain_order=True)
    unit, coder, code = (first[name].to_numpy() for name in ("moment", "column", "number"))
    leading[unit, coder] = code
    if not axis.is_required:
        silent = decided & (leading == MISSING)
        leading[silent] = size - 1
        given[silent, size - 1] = True
    places: dict[int, int] = {}
    of = [places.setdefault(each, len(places)) for each in units["recording"].to_list()]
    recording = np.array(of, dtype=np.int64)
    return Said(Ratings(leading, recording, len(places), size), given)


def _by_time(
    found: Material, lanes: pl.DataFrame, its: pl.DataFrame, values: int
) -> dict[str, Estimate]:
    """α for unitizing: every speaker of every recording is a continuum of their own, because turns
    of two may overlap, and every turn with a code on this axis a unit. The speakers of a recording
    stand one after another on one line, which changes no sum."""
    lengths = unitizing.measure(_lines(found, lanes, its), values)

    def together(rows: Floats) -> Floats:
        drawn = lengths.drawn(rows)
        return np.stack([alpha(drawn) for alpha in ALPHAS.values()], axis=1)

    times = bootstrap.times_drawn(len(found.coded))
    estimates = bootstrap.estimates(together, times, lengths.width)
    return dict(zip(ALPHAS, estimates, strict=True))


def _lines(found: Material, lanes: pl.DataFrame, its: pl.DataFrame) -> list[Continuum]:
    """Of each coder start, end and value of their units, the lanes one after another."""
    first = its.unique(["moment", "column"], keep="first", maintain_order=True)
    cut = lanes.join(first.filter(pl.col("number").is_not_null()), on="moment")
    cut = cut.sort("recording", "place")
    of_each = lanes.group_by("recording").agg(pl.col("end_ms").max(), pl.col("lane").max() + 1)
    ends = {number: (end, count) for number, end, count in of_each.iter_rows()}
    lasts = [
        max(coded.recording.duration_ms or 0, ends.get(number, (0, 0))[0])
        for number, coded in enumerate(found.coded)
    ]
    recording, place = cut["recording"].to_numpy(), cut["place"].to_numpy()
    before = cut["lane"].to_numpy() * np.array(lasts, dtype=np.int64)[recording]
    start, end, value = (cut[name].to_numpy() for name in ("start_ms", "end_ms", "number"))
    units = np.stack([start + before, end + before, value + 1], axis=1)
    lines = []
    for number, coded in enumerate(found.coded):
        begins, stops = np.searchsorted(recording, [number, number + 1])
        edges = np.searchsorted(place[begins:stops], range(len(coded.coders) + 1)) + begins
        own = [units[one:other] for one, other in itertools.pairwise(edges)]
        lines.append(Continuum(lasts[number] * ends.get(number, (0, 0))[1], own))
    return lines


def _lanes(units: pl.DataFrame) -> pl.DataFrame:
    """The turns that two coded without what overlaps the same speaker's last; `lane` counts the
    speakers of each recording from 0."""
    lane: dict[tuple[int, int], int] = {}
    until: dict[tuple[int, int], int] = {}
    lanes: dict[int, int] = {}
    kept = []
    columns = units.select("moment", "recording", "speaker", "start_ms", "end_ms")
    for moment, recording, speaker, start, end in columns.iter_rows():
        own = (recording, speaker)
        if own not in lane:
            lane[own] = lanes[recording] = lanes.get(recording, -1) + 1
        if start >= until.get(own, 0):
            until[own] = end
            kept.append((moment, recording, lane[own], start, end))
    names = ("moment", "recording", "lane", "start_ms", "end_ms")
    return pl.DataFrame(kept, schema=dict.fromkeys(names, pl.Int64), orient="row")
