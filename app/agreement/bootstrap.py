"""Intervals by drawing recordings again, with replacement (Efron 1979). Pure, seeded.

Turns of a recording share its people, its topic and its sound; drawing turns would pretend that
each is new evidence and give intervals several times too narrow. So whole recordings are drawn.
With few recordings even that promises too much: below `FEWEST` no interval is given. Where groups
are what resembles itself, groups are drawn in the same way.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from app.agreement.ratings import Floats

DRAWN = 2_000
"""Lower: ends of the interval jump with the seed. Higher: the page comes later."""
SEED = 19_701_101
"""The same codings have the same interval each time they are looked at."""
FEWEST = 5
"""Recordings. Lower: intervals from so few resamples that differ, that they say nothing. Higher:
small projects never see one."""
DEFINED = 0.95
"""Share of resamples in which the coefficient must have a value. Lower: the interval is of those
lucky enough to have variation. Higher: a rare code never has one."""
NARROWEST = 1e-9
"""Between the ends of an interval. Where resamples do not differ they know no more than the value:
that what never happened in these recordings never happens does not follow. Lower: rounding passes
for an interval. Higher: hundreds of recordings have none."""

AT_ONCE = 2_000_000
"""Numbers (16 MB) of draws that are looked at together. Lower: an axis of few codes takes longer.
Higher: one of hundreds, of which a draw is a table of hundreds by hundreds, takes gigabytes."""


class Estimate(NamedTuple):
    value: float
    """NaN where undefined."""
    low: float
    high: float
    """The middle 95 % of the resamples; NaN where there is no interval: of too few recordings, of
    too few resamples with a value, or of resamples that all say the same."""


@lru_cache(maxsize=8)  # a page asks for it once for each code, and it depends on nothing else
def times_drawn(recordings: int) -> Floats:
    """Draws × recordings: how often each is in each resample. None below `FEWEST`. Read-only."""
    if recordings < FEWEST:
        return np.zeros((0, recordings))
    generator = np.random.default_rng(SEED)
    even = np.full(recordings, 1 / recordings)
    times = generator.multinomial(recordings, even, size=DRAWN).astype(np.float64)
    times.setflags(write=False)
    return times


def estimate(of: Callable[[Floats], Floats], times: Floats, width: int = 1) -> Estimate:
    """`of`: a value for each row of a matrix draws × recordings."""
    return estimates(lambda rows: of(rows)[:, None], times, width)[0]


def estimates(of: Callable[[Floats], Floats], times: Floats, width: int = 1) -> list[Estimate]:
    """The same for several values at once: `of` gives a row of them for each draw. `width`: how
    many numbers it holds of a draw meanwhile; as many draws as are `AT_ONCE` are asked for."""
    values = of(np.ones((1, times.shape[1])))[0]
    step = max(AT_ONCE // width, 1)
    under = [of(times[at : at + step]) for at in range(0, len(times), step)]
    found = np.concatenate([np.zeros((0, len(values))), *under])
    return [_estimate(float(value), found[:, place]) for place, value in enumerate(values)]


def _estimate(value: float, under: Floats) -> Estimate:
    known = under[~np.isnan(under)]
    if np.isnan(value) or not len(under) or len(known) < DEFINED * len(under):
        return Estimate(value, np.nan, np.nan)
    low, high = np.quantile(known, [0.025, 0.975])
    if high - low < NARROWEST:
        return Estimate(value, np.nan, np.nan)
    return Estimate(value, float(low), float(high))
