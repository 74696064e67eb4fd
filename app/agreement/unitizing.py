"""Agreement on boundaries: Krippendorff's α for unitizing. Pure.

Coders cut one continuum (a recording's time) into units with values, and gaps. Definitions of
Krippendorff, Mathet, Bouvry & Widlöcher 2016 (Quality & Quantity 50:2347), numbered as in
Krippendorff 2019, §12.6:

*Observed* coincidences ℓ_ck (eq. 32): for each ordered pair of coders the length of time that the
one calls c and the other k, over m − 1. *Expected* ε_ck (eq. 33): what any two parts of all coders'
continua would share by chance, a part never paired with itself: units are wholes, so that takes
away L² for a unit, but L for a gap, which is no whole:

    ε_ck = ℓ.. (ℓ_c. ℓ_.k − [c = k] Σ_parts of c) / (ℓ..² − Σ_all parts)

uα (eq. 34): 1 − disagreement observed / expected, over all values and gaps.
|uα (eq. 35): the same with values forgotten: units against gaps, the boundaries alone.
cuα (eqs. 36, 37): values where two units meet, gaps forgotten; a unit counts for the length that
another coder's units share with it.

A coder may be *absent* from stretches of the continuum: nothing is known of what they would have
said there, and that is no gap. What fewer than two know of counts for nothing, as values that are
missing do in α; m is the number of those who know of a moment.

Recordings stand one after another as one continuum; every sum is kept by recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from app.agreement.ratings import Flags, Floats, Ints, drawn, ratio, side_by_side

GAP = 0
NOWHERE: Ints = np.zeros((0, 2), dtype=np.int64)


class Unit(NamedTuple):
    start: int
    end: int
    value: int
    """From 1; 0 is the gap."""


class Continuum(NamedTuple):
    length: int
    coders: Sequence[Sequence[Unit] | Ints]
    """Of each coder the units, which do not overlap, in any order; as rows, or as an array whose
    columns are those of `Unit`."""
    absent: Sequence[Ints] = ()
    """Of each coder the stretches of which they said nothing: rows of start and end, in any order.
    Empty: all coders know of everything."""


@dataclass(frozen=True)
class Lengths:
    """Sums by recording (or by draw), in the continuum's own measure."""

    observed: Floats
    """ℓ: values × values, gaps first."""
    wholes: Floats
    """By value: L² of every unit; L of every gap."""
    met: Floats
    """By value: the square of what other coders' units share with each unit; nothing for gaps."""

    def drawn(self, times: Floats) -> "Lengths":
        return Lengths(*drawn(times, self._columns, self._all()))

    def only(self, chosen: Flags) -> "Lengths":
        """Those recordings alone."""
        return Lengths(*(each[chosen] for each in self._all()))

    @property
    def width(self) -> int:
        """How many numbers one draw is."""
        return int(self._columns.shape[1])

    @cached_property
    def _columns(self) -> Floats:
        return side_by_side(self._all())

    def _all(self) -> tuple[Floats, ...]:
        return self.observed, self.wholes, self.met


def measure(continua: Sequence[Continuum], values: int) -> Lengths:
    """`values`: how many there are besides the gap. Every continuum has two coders or more."""
    size = values + 1
    observed = np.zeros((len(continua), size, size))
    wholes, met = np.zeros((len(continua), size)), np.zeros((len(continua), size))
    for number, continuum in enumerate(continua):
        coders = [np.array(units, dtype=np.int64).reshape(-1, 3) for units in continuum.coders]
        away = continuum.absent or [NOWHERE] * len(coders)
        edges = _edges(continuum.length, [*coders, *away])
        at = np.array([_values(units, edges) for units in coders])
        there = np.array([_cover(spans, edges) == 0 for spans in away])
        know = there.sum(axis=0)
        spans = np.where(know > 1, np.diff(edges), 0).astype(np.float64)
        weights = spans / np.maximum(know - 1, 1)
        for one, row in enumerate(at):
            own = spans * there[one]
            inside = np.zeros(len(spans), dtype=np.bool_)
            for other in (place for place in range(len(at)) if place != one):
                both = weights * (there[one] & there[other])
                pairs = np.bincount(row * size + at[other], weights=both, minlength=size * size)
                observed[number] += pairs.reshape(size, size)
                inside |= there[other] & (at[other] != GAP)
            start, end, value = coders[one].T
            first, last = np.searchsorted(edges, start), np.searchsorted(edges, end)
            known, shared = _until(own), _until(own * inside)
            np.add.at(wholes[number], value, (known[last] - known[first]) ** 2)
            np.add.at(met[number], value, (shared[last] - shared[first]) ** 2)
            wholes[number, GAP] += own[row == GAP].sum()
    return Lengths(observed, wholes, met)


def stacked(found: Sequence[Lengths]) -> Lengths:
    """Of recordings measured one by one, at least one."""
    return Lengths(
        np.concatenate([each.observed for each in found]),
        np.concatenate([each.wholes for each in found]),
        np.concatenate([each.met for each in found]),
    )


def u_alpha(lengths: Lengths) -> Floats:
    return _alpha(lengths.observed, lengths.wholes)


def binary_alpha(lengths: Lengths) -> Floats:
    """|uα: boundaries alone."""
    observed = lengths.observed
    unit = slice(GAP + 1, None)
    gap_gap = observed[:, GAP, GAP]
    gap_unit = observed[:, GAP, unit].sum(axis=1)
    unit_unit = observed[:, unit, unit].sum(axis=(1, 2))
    folded = np.stack([gap_gap, gap_unit, gap_unit, unit_unit], axis=1).reshape(-1, 2, 2)
    wholes = np.stack([lengths.wholes[:, GAP], lengths.wholes[:, unit].sum(axis=1)], axis=1)
    return _alpha(folded, wholes)


def cu_alpha(lengths: Lengths) -> Floats:
    """cuα: values where units meet."""
    unit = slice(GAP + 1, None)
    return _alpha(lengths.observed[:, unit, unit], lengths.met[:, unit])


def _alpha(observed: Floats, wholes: Floats) -> Floats:
    """NaN where only one kind of part is there: no two could have been told apart."""
    margins = observed.sum(axis=2)
    total = margins.sum(axis=1)
    agreeing = np.trace(observed, axis1=1, axis2=2)
    by_chance = total * ((margins**2).sum(axis=1) - wholes.sum(axis=1))
    room = total**2 - wholes.sum(axis=1)
    apart = total**2 - (margins**2).sum(axis=1)
    expected = np.full(len(total), np.nan)
    np.divide(by_chance, room, out=expected, where=(room > 0) & (apart > 1e-9 * total**2))
    return 1 - ratio(total - agreeing, total - expected)


def _edges(length: int, coders: Sequence[Ints]) -> Ints:
    marks = [units[:, :2].ravel() for units in coders]
    return np.unique(np.concatenate([[0, length], *marks]).astype(np.int64))


def _values(units: Ints, edges: Ints) -> Ints:
    """The value of one coder between each two edges."""
    return _cover(units[:, :2], edges, units[:, 2])


def _cover(spans: Ints, edges: Ints, value: Ints | int = 1) -> Ints:
    """Between each two edges the sum of the values of the spans that run there."""
    steps = np.zeros(len(edges), dtype=np.int64)
    np.add.at(steps, np.searchsorted(edges, spans[:, 0]), value)
    np.subtract.at(steps, np.searchsorted(edges, spans[:, 1]), value)
    return np.cumsum(steps)[:-1]


def _until(spans: Floats) -> Floats:
    """At each edge, the length of all before it."""
    return np.concatenate([[0.0], np.cumsum(spans)])
