"""Agreement between the finished coders of one version of a codebook."""

import asyncio
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
from app.agreement.lanes import Lanes, continua, lanes
from app.agreement.material import Basis, CodedRecording, Material
from app.agreement.measures import Agreement, AxisAgreement, Said
from app.agreement.ratings import MISSING, Flags, Floats, Ints, Ratings
from app.agreement.unitizing import GAP, Lengths
from app.codebooks.document import Axis, Code
from app.codebooks.levels import Level, told
from app.kit.db import Database
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
    main: Agreement | None
    """By main codes (see `app.codebooks.levels`), where some codes stand below others."""
    by_time: dict[str, Estimate]
    mapped: int
    """Turns of which some coder's code is a mapping's: what was put together no longer differs."""


@dataclass(frozen=True)
class Report:
    material: Material
    coders: Sequence[int]
    moments: Sequence[Moment]
    """The turns that two or more coded; the units of every axis, in their order."""
    decided: Flags
    """Moments × coders: who decided about it, by a code on some axis."""
    axes: Sequence[Compared]
    basis: Basis
    """Of the moments."""
    mapped: int
    """Turns with a code of a mapping on some axis."""

    @cached_property
    def column(self) -> dict[int, int]:
        """Of each coder the column in matrices."""
        return {coder: place for place, coder in enumerate(self.coders)}


async def of_version(
    database: Database, db: AsyncSession, actor: Actor, version_id: UUID
) -> Report:
    """Over every recording with two coders or more who have finished, and none who never had."""
    found = await material.of_version(database, db, actor, version_id, least=2)
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
    own = lanes(found, units, coded)
    axes = [_compared(found, axis, units, own, said, decided) for axis in found.document.axes]
    moments, basis = _moments(found, units), material.basis(found, units)
    return Report(found, coders, moments, decided, axes, basis, _mapped(said))


def _mapped(said: pl.DataFrame) -> int:
    return said.filter("mapping")["moment"].n_unique()


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
    own: Lanes,
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
    agreement, main = measures.axis(values, in_order), by_main(axis, values.leading)
    lengths = unitizing.measure(continua(found, own, its), len(number))
    estimates, mapped = by_time(lengths), _mapped(its)
    return Compared(axis, codes, values.leading.values, agreement, main, estimates, mapped)


def by_main(axis: Axis, leading: Ratings) -> Agreement | None:
    """Of leading codes, as `Compared` has them. None: no code stands below another."""
    if not axis.is_nested:
        return None
    codes, place = told(axis, Level.MAIN)
    tops = np.array([*place.values(), len(codes)], dtype=np.int64)  # the last: no code at all
    values = np.where(leading.values == MISSING, MISSING, tops[leading.values])
    size = len(codes) if axis.is_required else len(codes) + 1
    rolled = Ratings(values, leading.recording, leading.recordings, size)
    return measures.whole(rolled, len(codes) if axis.is_ordinal else 0)


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


def by_time(lengths: Lengths) -> dict[str, Estimate]:
    """α for unitizing: every turn with a code on this axis is a unit of its speaker's lane. Drawn
    are the recordings that say something of each: where two coders know of a moment, and for `cu`
    where units of two meet."""
    known: Flags = lengths.observed.sum(axis=(1, 2)) > 0
    met: Flags = lengths.observed[:, GAP + 1 :, GAP + 1 :].sum(axis=(1, 2)) > 0
    return {
        **_drawn(lengths.only(known), ["u_alpha", "binary_alpha"]),
        **_drawn(lengths.only(met), ["cu_alpha"]),
    }


def _drawn(lengths: Lengths, names: Sequence[str]) -> dict[str, Estimate]:
    def together(rows: Floats) -> Floats:
        drawn = lengths.drawn(rows)
        return np.stack([ALPHAS[name](drawn) for name in names], axis=1)

    times = bootstrap.times_drawn(len(lengths.observed))
    estimates = bootstrap.estimates(together, times, lengths.width)
    return dict(zip(names, estimates, strict=True))
