"""What coders said of the same units, as one immutable table on which every coefficient stands.

A unit is a turn; a value is the number of a category, or `MISSING` where that coder said nothing
of it. Units belong to recordings, because turns of one recording resemble one another: recordings
are what is drawn again for the intervals (see `bootstrap`).

Every coefficient here is a function of sums over units. `Counts` holds those sums by recording, so
that a thousand resamples are one product of matrices and not a thousand walks over the turns.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MISSING = -1


def ratio(above: Ints | Floats, below: Ints | Floats) -> Floats:
    """Broadcast; NaN where there is nothing above 0 to divide by."""
    found = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=found, where=np.broadcast_to(below, found.shape) > 0)
    return found


@dataclass(frozen=True)
class Ratings:
    values: Ints
    """Units × coders."""
    recording: Ints
    """Of each unit: the number of its recording, from 0."""
    recordings: int
    categories: int
    """As many as the codebook offers, used or not."""

    @property
    def coders(self) -> int:
        return int(self.values.shape[1])


def ratings(
    rows: Sequence[Sequence[int]],
    categories: int,
    recording: Sequence[int] | None = None,
) -> Ratings:
    """`rows`: a row for each unit, a value for each coder. Without `recording`: all of one."""
    values = np.array(rows, dtype=np.int64).reshape(len(rows), -1)
    of = np.array(recording if recording is not None else [0] * len(rows), dtype=np.int64)
    return Ratings(values, of, int(of.max(initial=-1)) + 1, categories)


@dataclass(frozen=True)
class Counts:
    """The sums of a table, first axis always the recordings (or, resampled, the draws)."""

    coincidences: Floats
    """Krippendorff's: pairs of values within units, each unit's weighted by 1/(mᵤ − 1)."""
    matching: Floats
    """By pair of coders: how often both said the same."""
    margins: Floats
    """By pair of coders, the one and the other: how often each said each category where both said
    one. (With `matching` all that κ asks of their table, which of many codes would be large.)"""
    units: Floats
    """With a value at all."""
    pairable: Floats
    """With two values or more."""
    agreeing: Floats
    """Σ over pairable units of the share of pairs of coders who agree."""
    said: Floats
    """By category: Σ over units of the share of its values that are this one."""

    def drawn(self, times: Floats) -> "Counts":
        """Recordings taken so many times each: a row of `times` is one resample."""
        return Counts(*drawn(times, self._columns, self._all()))

    def whole(self) -> "Counts":
        """Everything together, as the only draw."""
        return self.drawn(np.ones((1, len(self.units))))

    def only(self, chosen: NDArray[np.bool_]) -> "Counts":
        """Those recordings alone."""
        return Counts(*(each[chosen] for each in self._all()))

    @property
    def width(self) -> int:
        """How many numbers one draw is."""
        return int(self._columns.shape[1])

    @cached_property
    def _columns(self) -> Floats:
        return side_by_side(self._all())

    def _all(self) -> tuple[Floats, ...]:
        return (
            *(self.coincidences, self.matching, self.margins, self.units),
            *(self.pairable, self.agreeing, self.said),
        )


def side_by_side(sums: Sequence[Floats]) -> Floats:
    """A row for each recording, with all of its sums: one product of matrices draws them all."""
    return np.concatenate([each.reshape(len(each), math.prod(each.shape[1:])) for each in sums], 1)


def drawn(times: Floats, columns: Floats, sums: Sequence[Floats]) -> Iterator[Floats]:
    """`sums` again, in their shapes, of each draw; `columns` are they side by side."""
    found, at = times @ columns, 0
    for each in sums:
        width = math.prod(each.shape[1:])
        yield found[:, at : at + width].reshape(len(times), *each.shape[1:])
        at += width


def count(table: Ratings) -> Counts:
    q, values, of = table.categories, table.values, table.recording
    present = values != MISSING
    unit, coder = np.nonzero(present)
    cells = np.bincount(unit * q + values[unit, coder], minlength=len(values) * q)
    tallied = cells.reshape(len(values), q).astype(np.float64)
    said = tallied.sum(axis=1)
    pairable = said > 1
    pairs = np.where(pairable, said * (said - 1), 1.0)
    agreeing = np.where(pairable, (tallied * (tallied - 1)).sum(axis=1) / pairs, 0.0)
    shares = tallied / np.where(said > 0, said, 1.0)[:, None]
    weighted = tallied * np.where(pairable, 1 / np.where(pairable, said - 1, 1), 0.0)[:, None]
    coincidences = np.zeros((table.recordings, q, q))
    order = np.argsort(of, kind="stable")
    ends = np.searchsorted(of[order], np.arange(table.recordings + 1))
    for number, (first, last) in enumerate(itertools.pairwise(ends)):
        own = order[first:last]
        coincidences[number] = weighted[own].T @ tallied[own]
        coincidences[number] -= np.diag(weighted[own].sum(axis=0))

    def summed(each: NDArray[np.generic]) -> Floats:
        weights = each.astype(np.float64)
        sums: Floats = np.bincount(of, weights=weights, minlength=table.recordings).astype(float)
        return sums

    return Counts(
        coincidences,
        *_by_pair(table),
        summed(said > 0),
        summed(pairable),
        summed(agreeing),
        _by_recording(table, shares),
    )


def _by_recording(table: Ratings, each: Floats) -> Floats:
    """The sums of columns of units, a row for each recording."""
    size = each.shape[1]
    cells = table.recording[:, None] * size + np.arange(size)
    sums: Floats = np.bincount(
        cells.ravel(), weights=each.ravel(), minlength=table.recordings * size
    ).astype(np.float64)
    return sums.reshape(table.recordings, size)


def _by_pair(table: Ratings) -> tuple[Floats, Floats]:
    """`matching` and `margins`. Pairs of coders who never met in a unit are not among them: they
    have no agreement."""
    q, size = table.categories, table.recordings
    matching: list[Floats] = [np.zeros((0, size))]
    margins: list[Floats] = [np.zeros((0, size, 2, q))]
    for one, other in itertools.combinations(range(table.coders), 2):
        a, b = table.values[:, one], table.values[:, other]
        both = (a != MISSING) & (b != MISSING)
        if both.any():
            of = table.recording[both]
            same = np.bincount(of[a[both] == b[both]], minlength=size)
            sides = [np.bincount(of * q + each[both], minlength=size * q) for each in (a, b)]
            matching.append(same[None].astype(np.float64))
            each_said = np.stack([side.reshape(size, q) for side in sides], axis=1)
            margins.append(each_said[None].astype(np.float64))
    return np.concatenate(matching).swapaxes(0, 1), np.concatenate(margins).swapaxes(0, 1)
