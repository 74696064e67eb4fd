"""What coders said of the same units, as one immutable table on which every coefficient stands.

A unit is a turn; a value is the number of a category, or `MISSING` where that coder said nothing
of it. Units belong to recordings, because turns of one recording resemble one another: recordings
are what is drawn again for the intervals (see `bootstrap`).

Every coefficient here is a function of sums over units. `Counts` holds those sums by recording, so
that a thousand resamples are one product of matrices and not a thousand walks over the turns.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

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
    contingencies: Floats
    """By pair of coders: how often the one said c where the other said k."""
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
        return Counts(*(np.tensordot(times, each, axes=1) for each in self._all()))

    def whole(self) -> "Counts":
        """Everything together, as the only draw."""
        return self.drawn(np.ones((1, len(self.units))))

    def only(self, chosen: NDArray[np.bool_]) -> "Counts":
        """Those recordings alone."""
        return Counts(*(each[chosen] for each in self._all()))

    def _all(self) -> tuple[Floats, ...]:
        return (
            *(self.coincidences, self.contingencies, self.units),
            *(self.pairable, self.agreeing, self.said),
        )


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
        _contingencies(table),
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


def _contingencies(table: Ratings) -> Floats:
    """Pairs of coders who never met in a unit are not among them: they have no agreement."""
    q, found = table.categories, []
    for one, other in itertools.combinations(range(table.coders), 2):
        a, b = table.values[:, one], table.values[:, other]
        both = (a != MISSING) & (b != MISSING)
        if both.any():
            cells = (table.recording[both] * q + a[both]) * q + b[both]
            found.append(np.bincount(cells, minlength=table.recordings * q * q))
    shape = (len(found), table.recordings, q, q)
    return np.array(found, dtype=np.float64).reshape(shape).swapaxes(0, 1)
