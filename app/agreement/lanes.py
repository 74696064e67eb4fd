"""Turns of one axis as continua, for α by time: every speaker of every recording is a lane.

Turns of two people may overlap, so each has a line of their own; the lanes of a recording stand one
after another on one line, which changes no sum. Units are the turns that two coders or more coded.
Whoever was not asked to code a turn is absent while it lasts: they left no gap there.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from app.agreement.material import Material
from app.agreement.ratings import Ints
from app.agreement.unitizing import Continuum


@dataclass(frozen=True)
class Lanes:
    units: pl.DataFrame
    """`moment`, `unit`, `recording`, `lane`, `start_ms`, `end_ms`: the turns that two coded without
    what overlaps the same speaker's last; `lane` counts the speakers of each recording from 0."""
    absent: pl.DataFrame
    """`recording`, `place` (the coder's in the order of assignment), `start`, `end`: on the line of
    the recording, the turns that this coder said nothing of. By recording and place."""
    lengths: Sequence[int]
    """Of each recording, how long a lane is, ms."""
    count: Sequence[int]
    """And how many there are."""


def lanes(found: Material, units: pl.DataFrame, coded: pl.DataFrame) -> Lanes:
    """`units`: the turns that two coded, in order. `coded`: `unit` and `place` of who coded it."""
    kept = _kept(units)
    floor = found.turns.filter(~pl.col("is_backchannel"))
    ends = dict(floor.group_by("recording").agg(pl.col("end_ms").max()).iter_rows())
    lengths = [
        max(each.recording.duration_ms or 0, ends.get(number, 0))
        for number, each in enumerate(found.coded)
    ]
    counted = dict(kept.group_by("recording").agg(pl.col("lane").max() + 1).iter_rows())
    count = [counted.get(number, 0) for number in range(len(found.coded))]
    said = coded.join(kept, on="unit", how="semi").select("unit", "place")
    lane_of = kept.select("recording", "speaker", "lane").unique()
    coders = pl.DataFrame(
        [(n, place) for n, each in enumerate(found.coded) for place in range(len(each.coders))],
        schema={"recording": pl.Int32, "place": pl.Int32},
        orient="row",
    )
    absent = (
        floor.join(lane_of, on=["recording", "speaker"])
        .join(coders, on="recording")
        .join(said, on=["unit", "place"], how="anti")
    )
    before = _before(absent, lengths)
    absent = absent.select(
        "recording", "place", start=pl.col("start_ms") + before, end=pl.col("end_ms") + before
    )
    return Lanes(kept, absent.sort("recording", "place"), lengths, count)


def continua(found: Material, own: Lanes, its: pl.DataFrame) -> list[Continuum]:
    """A line for each recording. `its`: of one axis `moment`, `place` and `number` (of the code),
    the leading one first."""
    first = its.unique(["moment", "place"], keep="first", maintain_order=True)
    cut = own.units.join(first.filter(pl.col("number").is_not_null()), on="moment")
    cut = cut.sort("recording", "place")
    before = _before(cut, own.lengths)
    start, end, value = (cut[name].to_numpy() for name in ("start_ms", "end_ms", "number"))
    units = np.stack([start + before, end + before, value + 1], axis=1)
    away = own.absent.select("start", "end").to_numpy()
    coders = [len(each.coders) for each in found.coded]
    said, unsaid = _by_coder(cut, units, coders), _by_coder(own.absent, away, coders)
    sizes = [length * count for length, count in zip(own.lengths, own.count, strict=True)]
    return [Continuum(*each) for each in zip(sizes, said, unsaid, strict=True)]


def _before(rows: pl.DataFrame, lengths: Sequence[int]) -> Ints:
    """Of each row the length of the lanes that stand before its own."""
    of = np.array(lengths, dtype=np.int64)[rows["recording"].to_numpy()]
    return np.asarray(rows["lane"].to_numpy() * of, dtype=np.int64)


def _by_coder(rows: pl.DataFrame, values: Ints, coders: Sequence[int]) -> list[list[Ints]]:
    """`values`, a row for each of `rows`, cut by recording and place, by which they are sorted."""
    recording, place = rows["recording"].to_numpy(), rows["place"].to_numpy()
    found = []
    for number, count in enumerate(coders):
        begins, stops = np.searchsorted(recording, [number, number + 1])
        edges = np.searchsorted(place[begins:stops], range(count + 1)) + begins
        found.append([values[one:other] for one, other in itertools.pairwise(edges)])
    return found


def _kept(units: pl.DataFrame) -> pl.DataFrame:
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
            kept.append((moment, lane[own]))
    found = pl.DataFrame(kept, schema={"moment": pl.Int64, "lane": pl.Int64}, orient="row")
    every = units.with_columns(pl.col("moment").cast(pl.Int64))
    return every.join(found, on="moment", maintain_order="right")
