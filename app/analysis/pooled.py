"""Figures of several meetings beside chance. Pure.

What is left to chance is left to it in each meeting by itself, as `null` and `shifted` say, and in
each independently. The d-th draw of a mean over meetings is then the mean of their d-th draws; what
happened is one more of them, and as likely as any under the null: p of the mean is as exact as that
of one meeting. As in the mean itself, a meeting counts where it has a value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis import null
from app.analysis.figures import WHOLE, WITH, WITHOUT, Name
from app.analysis.measures import Measures
from app.analysis.null import Chance

Floats32 = NDArray[np.float32]
Chances = Mapping[Name, Chance]


@dataclass(frozen=True)
class Drawn:
    """Of one meeting, or of the mean over several, with all that it has a chance of."""

    names: tuple[Name, ...]
    values: Floats32
    """Shape (figures, 1 + drawn): what happened, and each draw; NaN where there is no value. Half
    the memory of other numbers here; both are rounded alike, so that what is equal stays so."""


def of(found: Measures) -> Drawn:
    """Of a meeting that was measured with everything."""
    everyone, others = found.everyone, found.others
    sides = (
        (WITH, everyone.chance, everyone.drawn),
        (WITHOUT, others.chance, others.drawn),
        (WHOLE, found.star_chance, found.star_drawn),
    )
    names = tuple((side, figure) for side, _, drawn in sides for figure in drawn)
    rows = [
        [chance[figure].observed, *draws]
        for _, chance, drawn in sides
        for figure, draws in drawn.items()
    ]
    return Drawn(names, np.array(rows, dtype=np.float32))


def mean(parts: Iterable[Drawn | None]) -> Drawn | None:
    """Figure by figure and draw by draw; None where one of them is missing, or all."""
    found = list(parts)
    there = [each for each in found if each is not None]
    if not there or len(there) < len(found):
        return None
    values = np.stack([each.values for each in there])
    known = ~np.isnan(values)
    sums = np.where(known, values, 0).sum(axis=0, dtype=np.float64)
    counts = known.sum(axis=0)
    means = np.full(sums.shape, np.nan, dtype=np.float32)
    np.divide(sums, counts, out=means, where=counts > 0, casting="same_kind")
    return Drawn(there[0].names, means)


def chances(found: Drawn | None) -> Chances:
    """None where nothing was drawn."""
    if found is None:
        return {}
    values = found.values.astype(np.float64)
    return dict(zip(found.names, null.compare_all(values[:, 0], values[:, 1:]), strict=True))
