"""How answers go with what people did in the talk: within groups, person by person. Pure.

The unit is a person, and people of one group resemble each other: a quiet group is quiet for all,
and may be content for reasons of its own. So each person is ranked within their group alone, and
what varies between groups plays no part. Intervals come from drawing whole groups again (Efron
1979; `app.agreement.bootstrap`), those in which something varies: below five of them there is none,
and there is never a p: see `app.content.effects`.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np

from app.agreement.bootstrap import Estimate, estimate, times_drawn
from app.agreement.ratings import ratio
from app.analysis.table import Floats

LEAST_PEOPLE = 5
"""With an answer and a measure, in groups where either varies, for a coefficient. Lower: two people
always correlate perfectly. Higher: one small group never has one."""


class Pair(NamedTuple):
    """One person's answer, as a number or as it was said, and measure."""

    group_id: UUID
    group: str
    pseudonym: str
    answer: str
    value: float | None
    """None: the answer is a choice."""
    measure: float


class Option(NamedTuple):
    """Those who gave the same answer."""

    answer: str
    people: int
    groups: int
    mean: float
    sd: float | None
    """Sample standard deviation (n − 1); None below two people."""
    median: float
    low: float
    high: float


def ranks(values: Floats) -> Floats:
    """From 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    shared: Floats = np.cumsum(counts) - (counts - 1) / 2
    return shared[inverse]


def within(pairs: Sequence[Pair]) -> Estimate:
    """Spearman's ρ within groups, pooled (Taylor 1987, Biometrics 43:409).

    Ranks are taken within each group and divided by its size plus one, so that groups count about
    as their sizes and not as their cubes; products of their deviations from the group's mean rank
    are summed over groups: Σ Sxy / √(Σ Sxx · Σ Syy). Of one group that is Spearman's ρ (1904).
    NaN with fewer than `LEAST_PEOPLE` in groups where something varies.
    """
    numbered = [each for each in pairs if each.value is not None]
    groups = sorted({each.group_id for each in numbered})
    own = [[each for each in numbered if each.group_id == group] for group in groups]
    every = np.array([_sums(each) for each in own]).reshape(-1, 3)
    vary = every.any(axis=1)
    sums, people = every[vary], np.array([len(each) for each in own])[vary].sum()
    if people < LEAST_PEOPLE:
        return Estimate(np.nan, np.nan, np.nan)

    def rho(drawn: Floats) -> Floats:
        xy, xx, yy = (drawn @ sums).T
        return ratio(xy, np.sqrt(xx * yy))

    return estimate(rho, times_drawn(len(sums)))


def _sums(pairs: Sequence[Pair]) -> tuple[float, float, float]:
    """Of one group: Sxy, Sxx and Syy of its ranks; all 0 of one person."""
    x, y = (
        ranks(np.array(column, dtype=np.float64)) / (len(pairs) + 1)
        for column in ([p.value for p in pairs], [p.measure for p in pairs])
    )
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y), float(x @ x), float(y @ y)


def by_answer(pairs: Sequence[Pair]) -> list[Option]:
    """In the order of numbers, or of the alphabet."""
    values = {each.answer: each.value for each in pairs}
    found = []
    for answer in sorted(values, key=lambda each: (values[each] or 0.0, each.casefold())):
        own = [each for each in pairs if each.answer == answer]
        sample = np.array([each.measure for each in own])
        found.append(
            Option(
                answer,
                len(own),
                len({each.group_id for each in own}),
                float(sample.mean()),
                float(sample.std(ddof=1)) if len(own) > 1 else None,
                float(np.median(sample)),
                float(sample.min()),
                float(sample.max()),
            )
        )
    return found
