"""Agreement on categories: percent, Cohen's κ, Gwet's AC1, Krippendorff's α. Pure.

Each takes `Counts` whose first axis is draws, and gives a value for each: NaN where the coefficient
is undefined, never a number in its place. Undefined is α where no two categories were ever used
(nothing varies, so nothing could have shown disagreement), κ where both coders used one and the
same category throughout, and everything where no unit has two values.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np

from app.agreement.ratings import Counts, Floats, ratio


class Level(StrEnum):
    """What the distance between categories means (Krippendorff 2019, §12.3.4)."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def percent(counts: Counts) -> Floats:
    """Mean over pairable units of the share of pairs of coders who agree; 0 to 1.

    Knows nothing of chance: where one category is nearly always right, all agree nearly always.
    """
    return ratio(counts.agreeing, counts.pairable)


def kappa(counts: Counts) -> Floats:
    """Cohen's κ (1960, Educ. Psychol. Meas. 20:37): (pₒ − pₑ)/(1 − pₑ), pₑ from each coder's own
    margins. Of more than two coders, the mean over pairs that have a value (Light 1971)."""
    one, other = counts.margins[:, :, 0], counts.margins[:, :, 1]
    total = one.sum(axis=2)
    observed = ratio(counts.matching, total)
    expected = ratio((one * other).sum(axis=2), total**2)
    return _mean(_corrected(observed, expected))


def ac1(counts: Counts) -> Floats:
    """Gwet's AC1 (2008, Br. J. Math. Stat. Psychol. 61:29): chance agreement is
    Σ πₖ(1 − πₖ)/(q − 1), πₖ the share of category k and q the number of categories offered.

    Stays near percent where one category prevails, where κ and α fall. Any number of coders; a unit
    with one value counts in πₖ and not in pₒ.
    """
    offered = counts.said.shape[1]
    if offered < 2:
        return np.full(len(counts.units), np.nan)
    shares = ratio(counts.said, counts.units[:, None])
    expected = (shares * (1 - shares)).sum(axis=1) / (offered - 1)
    return _corrected(percent(counts), expected)


def alpha(counts: Counts, level: Level = Level.NOMINAL) -> Floats:
    """Krippendorff's α = 1 − Dₒ/Dₑ from coincidences (2019, §12.3; Hayes & Krippendorff 2007).

    α = 1 − (n − 1)·Σ oₖₗδ²ₖₗ / Σ nₖnₗδ²ₖₗ. Any number of coders, with values missing; a unit with
    one value is not used. Categories are in their order where the level is not nominal.
    """
    together = counts.coincidences
    margins = together.sum(axis=2)
    n = margins.sum(axis=1)
    if level == Level.NOMINAL:  # all that differ are one apart: no table of distances is needed
        apart = n - np.trace(together, axis1=1, axis2=2)
        return 1 - ratio((n - 1) * apart, n**2 - (margins**2).sum(axis=1))
    distances = _distances(margins, level)
    observed = (together * distances).sum(axis=(1, 2))
    expected = (margins[:, :, None] * margins[:, None, :] * distances).sum(axis=(1, 2))
    return 1 - ratio((n - 1) * observed, expected)


def _distances(margins: Floats, level: Level) -> Floats:
    """δ² of every pair of categories, for each draw."""
    size = margins.shape[1]
    if level == Level.INTERVAL:
        place = np.arange(size, dtype=np.float64)
        return ((place[:, None] - place[None, :]) ** 2)[None]
    # ordinal: everything ranked between the two, and half of each of them
    middle = np.cumsum(margins, axis=1) - margins / 2
    return (middle[:, :, None] - middle[:, None, :]) ** 2


def _corrected(observed: Floats, expected: Floats) -> Floats:
    room = 1 - expected
    return ratio(observed - expected, np.where(room > 1e-12, room, 0.0))


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64))


COEFFICIENTS: Mapping[str, Callable[[Counts], Floats]] = {
    "percent": percent,
    "kappa": kappa,
    "alpha": alpha,
    "ac1": ac1,
}
