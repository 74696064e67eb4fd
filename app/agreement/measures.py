"""What is reported of one axis of a codebook, from what its coders said. Pure.

The axis as a whole is compared by the leading code of each turn; every code also by itself, as
given or not given, which is the only fair way where a turn may have several. Who was not asked to
code a turn is missing there, and not different.

*Prevalence* of a code is the share of values that are it. A rare or a nearly universal code has low
κ and α for a percent that looks fine: the two have to be read together.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.agreement.bootstrap import Estimate, estimate, estimates, times_drawn
from app.agreement.coefficients import COEFFICIENTS, Level, alpha
from app.agreement.ratings import MISSING, Counts, Floats, Ratings, count


@dataclass(frozen=True)
class Said:
    """Of one axis: the leading code of each turn by each coder, and all that were given."""

    leading: Ratings
    given: NDArray[np.bool_]
    """Units × coders × codes."""

    def code(self, number: int) -> Ratings:
        """One code, given (1) or not (0)."""
        said = self.leading.values != MISSING
        values = np.where(said, self.given[:, :, number], MISSING).astype(np.int64)
        return Ratings(values, self.leading.recording, self.leading.recordings, 2)


@dataclass(frozen=True)
class Agreement:
    units: int
    """Coded by two coders or more."""
    recordings: int
    """With such units: what the intervals are drawn from."""
    estimates: dict[str, Estimate]


@dataclass(frozen=True)
class CodeAgreement:
    prevalence: float
    agreement: Agreement


@dataclass(frozen=True)
class AxisAgreement:
    whole: Agreement
    codes: tuple[CodeAgreement, ...]
    """In the order of the categories."""
    confusions: tuple["Confusion", ...]


class Confusion(NamedTuple):
    """Two codes of which coders of one turn chose each the other."""

    one: int
    other: int
    units: tuple[int, ...]


def axis(said: Said, in_order: int = 0) -> AxisAgreement:
    """`in_order`: so many categories, from the first, stand in order; those that do not (no code at
    all) are missing for the coefficient that weighs distances."""
    return AxisAgreement(
        whole=whole(said.leading, in_order),
        codes=tuple(_of_code(said.code(number)) for number in range(said.leading.categories)),
        confusions=tuple(confusions(said.leading)),
    )


def whole(leading: Ratings, in_order: int = 0) -> Agreement:
    """By leading codes; `in_order` as of the axis."""
    found = _agreement(count(leading))
    if in_order:
        found.estimates["alpha_ordinal"] = _ordinal(leading, in_order)
    return found


def _of_code(given: Ratings) -> CodeAgreement:
    counts = count(given)
    values = given.values[(given.values != MISSING).sum(axis=1) > 1]
    known = values[values != MISSING]
    prevalence = float(known.mean()) if len(known) else float("nan")
    return CodeAgreement(prevalence, _agreement(counts))


def _agreement(counts: Counts) -> Agreement:
    own, times = _pairable(counts)

    def together(rows: Floats) -> Floats:
        drawn = own.drawn(rows)  # once for all of them: it is what takes the time
        return np.stack([of(drawn) for of in COEFFICIENTS.values()], axis=1)

    found = dict(zip(COEFFICIENTS, estimates(together, times, own.width), strict=True))
    return Agreement(int(own.pairable.sum()), len(own.pairable), found)


def _ordinal(leading: Ratings, in_order: int) -> Estimate:
    values = np.where(leading.values < in_order, leading.values, MISSING)
    table = Ratings(values, leading.recording, leading.recordings, in_order)
    own, times = _pairable(count(table))
    return estimate(lambda rows: alpha(own.drawn(rows), Level.ORDINAL), times, own.width)


def _pairable(counts: Counts) -> tuple[Counts, Floats]:
    """Recordings without a pair of values take no part in the drawing either."""
    own = counts.only(counts.pairable > 0)
    return own, times_drawn(len(own.pairable))


def confusions(table: Ratings) -> Iterator[Confusion]:
    """Pairs of codes that were taken for one another, the most often first."""
    found: dict[tuple[int, int], list[int]] = {}
    largest = table.values.max(axis=1, initial=MISSING)
    smallest = np.where(table.values == MISSING, largest[:, None], table.values).min(
        axis=1, initial=table.categories
    )
    for unit in np.flatnonzero(smallest < largest).tolist():
        codes = sorted({value for value in table.values[unit].tolist() if value != MISSING})
        for one, other in itertools.combinations(codes, 2):
            found.setdefault((one, other), []).append(unit)
    for (one, other), units in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield Confusion(one, other, tuple(units))


def reading(found: Estimate) -> str:
    """Krippendorff (2019, §12.4): from .800 reliable, from .667 for tentative conclusions only. By
    the lower end of the interval, where there is one: what the data may as well have come from."""
    if np.isnan(found.value):
        return "undefined"
    value = found.value if np.isnan(found.low) else found.low
    return "reliable" if value >= 0.8 else "tentative" if value >= 0.667 else "unreliable"
