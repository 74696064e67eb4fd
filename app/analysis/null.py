"""What chance alone would do: the same statistic over drawn or shuffled meetings. Pure, seeded.

Four people and a hundred turns make patterns out of nothing. Each figure is therefore shown beside
its values under a null hypothesis that says exactly what is left to chance:

*allotted*: every turn, as long as it was, goes to anybody, in proportion to their time present.
For balance, of the meeting and of its parts.
*walked*: whoever speaks, the next is any other, in proportion to their time present. For the
facilitator's part in the changes of speaker.
*reordered*: everybody has the turns they had, and the order is any in which nobody follows
themselves. For who follows whom, participation shifts, reciprocity and returns, of which an uneven
group has more by that alone.
*interrupted*: in everybody's turns as many try to interrupt as did, each any other, in proportion
to their time present. For who interrupts whom.
*shifted* (see there): everybody speaks as they did, at moments of their own, whatever others do.
For how often people interrupt at all and begin together, for changes of speaker and their offsets,
and for silence, overlap and what lies between the speech of one and of the next.

The p-values are exact: (1 + as extreme) / (1 + drawn) (Phipson & Smyth 2010). Turns of one meeting
are no independent sample of anything, so p says "more than chance" and never "more than elsewhere".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.analysis.table import Floats, Ints, Talk
from app.kit.intervals import Interval

DRAWN = 499
"""Lower: p is coarse (the smallest is 1/(1 + drawn)). Higher: the page comes later."""
SEED = 20030601
"""The same meeting has the same p each time it is looked at. What is drawn of another is
independent of it, so that draws can be put together (`pooled`)."""
WALK = (400, 3_000)
"""Exchanges tried per shuffled order: twice its length, within these bounds. Lower: the orders
stay like the one observed and p is less able to tell. Higher: slower. The p is exact either way
(Besag & Clifford 1989)."""
SLACK = 1e-12
"""Two ways of adding the same numbers up differ by less."""
AT_ONCE = 1_000_000
"""Turns allotted together. Lower: slower. Higher: more memory, 32 bytes each."""


def generator(number: int) -> np.random.Generator:
    """`number`: of the meeting (`Talk.number`)."""
    return np.random.default_rng([SEED, number])


@dataclass(frozen=True)
class Chance:
    """An observed value among those under the null hypothesis. NaN where it has no value."""

    observed: float
    mean: float
    low: float
    high: float
    """The middle 95 % under the null."""
    p: float
    """Two-sided: twice the smaller tail, at most 1."""
    drawn: int


Chances = Mapping[str, Chance]
"""By the name of the figure."""


def compare(observed: float, under_null: Ints | Floats) -> Chance:
    return compare_all(np.array([observed]), under_null[None, :])[0]


def compare_each(observed: Mapping[str, float], under_null: Mapping[str, Floats]) -> Chances:
    """Of many figures, by their names, those that were drawn, as often each."""
    values = np.array([observed[name] for name in under_null], dtype=np.float64)
    draws = np.stack(list(under_null.values()))
    return dict(zip(under_null, compare_all(values, draws), strict=True))


def compare_all(observed: Floats, under_null: Ints | Floats) -> list[Chance]:
    """Of many figures, a row of draws for each. A draw without a value (NaN) is none."""
    if not under_null.size:
        nan = float("nan")
        return [Chance(each, nan, nan, nan, nan, 0) for each in observed.tolist()]
    known = ~np.isnan(under_null)
    drawn = np.where(np.isnan(observed), 0, known.sum(axis=1))
    ordered: Floats = np.sort(under_null, axis=1).astype(np.float64)
    mean = _over(np.where(known, under_null, 0).sum(axis=1), drawn)
    low, high = (_quantile(ordered, drawn, part) for part in (0.025, 0.975))
    least, most = observed[:, None] - SLACK, observed[:, None] + SLACK
    above = (1 + (under_null >= least).sum(axis=1)) / (1 + drawn)
    below = (1 + (under_null <= most).sum(axis=1)) / (1 + drawn)
    p = np.where(drawn > 0, np.minimum(1, 2 * np.minimum(above, below)), np.nan)
    columns = (observed, mean, low, high, p, drawn)
    return [Chance(*row) for row in zip(*(each.tolist() for each in columns), strict=True)]


def _quantile(ordered: Floats, counts: Ints, part: float) -> Floats:
    """Of the first `counts` of each row, in their order; NaN of none."""
    at = part * np.maximum(counts - 1, 0)
    first = np.floor(at).astype(np.int64)
    ends = np.stack([first, np.minimum(first + 1, np.maximum(counts - 1, 0))], axis=1)
    low, high = np.take_along_axis(ordered, ends, axis=1).T
    return np.where(counts > 0, low + (high - low) * (at - first), np.nan)


def _over(sums: Ints | Floats, counts: Ints) -> Floats:
    found = np.full(len(sums), np.nan)
    np.divide(sums, counts, out=found, where=counts > 0)
    return found


@dataclass(frozen=True)
class Cells:
    """What `Chance` is to one value, of each cell of a matrix of counts."""

    mean: Floats
    low: Floats
    high: Floats
    p: Floats


def compare_cells(observed: Ints, under_null: Ints) -> Cells:
    """`under_null`: a matrix for each draw."""
    low, high = np.quantile(under_null, [0.025, 0.975], axis=0)
    above = (1 + (under_null >= observed).sum(axis=0)) / (1 + len(under_null))
    below = (1 + (under_null <= observed).sum(axis=0)) / (1 + len(under_null))
    p = np.minimum(1, 2 * np.minimum(above, below))
    return Cells(under_null.mean(axis=0), low, high, p)


def allotted(table: Talk, drawn: int = DRAWN, window: Interval | None = None) -> Floats:
    """Talk time in ms, when each turn may be anybody's: a row for each draw, a column for each who
    was there for long enough; NaN where there is nothing to draw. With `window`: in that part of
    the meeting."""
    window = window or Interval(0, table.length_ms)
    present = table.stayed(window)
    floor = table.during(window).floor()
    lengths = (floor.end_ms - floor.start_ms).astype(np.float64)
    people, turns = len(present), len(lengths)
    held = np.full((drawn, people), np.nan)
    if people < 2 or not turns:
        return held
    dice, edges = generator(table.number), np.cumsum(present / present.sum())[:-1]
    for first in range(0, drawn, AT_ONCE // turns or 1):
        draws = held[first : first + (AT_ONCE // turns or 1)]
        owner = np.searchsorted(edges, dice.random((len(draws), turns)), side="right")
        owner += people * np.arange(len(draws))[:, None]
        weights = np.broadcast_to(lengths, owner.shape).ravel()
        summed = np.bincount(owner.ravel(), weights=weights, minlength=draws.size)
        draws[:] = summed.reshape(draws.shape)
    return held


def walked(weights: Floats, length: int, drawn: int = DRAWN, number: int = 0) -> Ints:
    """`drawn` orders of so many turns, a row each: the next is anyone but who speaks."""
    dice = generator(number)
    edges = np.cumsum(weights / weights.sum())[:-1]

    def draw(count: int) -> Ints:
        return np.searchsorted(edges, dice.random(count), side="right").astype(np.int64)

    orders = np.empty((drawn, length), dtype=np.int64)
    for place in range(length):
        step = draw(drawn)
        if place:
            while (same := np.flatnonzero(step == orders[:, place - 1])).size:
                step[same] = draw(same.size)
        orders[:, place] = step
    return orders


def stars(table: Talk, length: int, drawn: int = DRAWN) -> Floats:
    """The facilitator's part in so many changes of speaker less one, when the next may be any
    other."""
    weights, led = table.present_ms.astype(np.float64), table.facilitators
    if (weights > 0).sum() < 2 or length < 2 or not drawn:
        return np.full(drawn, np.nan)
    orders = walked(weights, length, drawn, table.number)
    return (led[orders[:, 1:]] | led[orders[:, :-1]]).mean(axis=1)  # type: ignore[no-any-return]


def interrupted(tried: Ints, present_ms: Ints, drawn: int = DRAWN, number: int = 0) -> Ints:
    """A matrix for each draw, as `floor.Interruptions.tried`: rows who did, columns to whom."""
    dice = generator(number)
    found = np.zeros((drawn, *tried.shape), dtype=np.int64)
    for holder, times in enumerate(tried.sum(axis=0).tolist()):
        weights = present_ms.astype(np.float64)
        weights[holder] = 0
        if times and weights.sum():
            found[:, :, holder] = dice.multinomial(times, weights / weights.sum(), drawn)
    return found


def reordered(order: Ints, drawn: int = DRAWN, number: int = 0) -> Ints:
    """`drawn` orders of the same turns, a row each, in which nobody follows themselves.

    From the order observed a walk of exchanges leads to a hub, and from there as many walks of the
    same length lead to the orders: they and the observed one are then alike under the null (Besag &
    Clifford 1989, Biometrika 76:633), however far the walks got.
    """
    dice = generator(number)
    steps = int(np.clip(2 * len(order), *WALK))
    hub = _exchange(order[None, :], steps, dice)
    return _exchange(np.repeat(hub, drawn, axis=0), steps, dice)


def _exchange(orders: Ints, steps: int, dice: np.random.Generator) -> Ints:
    """Exchanges two places of each row, `steps` times, unless somebody would follow themselves."""
    count, length = orders.shape
    if length < 3:
        return orders
    padded = np.full((count, length + 2), -1, dtype=np.int64)
    padded[:, 1:-1] = orders
    flat, first = padded.ravel(), np.arange(count) * (length + 2)
    for _ in range(steps):
        a = first + dice.integers(1, length + 1, count)
        b = first + dice.integers(1, length + 1, count)
        at_a, at_b = flat[a], flat[b]
        flat[a], flat[b] = at_b, at_a
        bad = (at_b == flat[a - 1]) | (at_b == flat[a + 1])
        bad |= (at_a == flat[b - 1]) | (at_a == flat[b + 1])
        flat[a[bad]], flat[b[bad]] = at_a[bad], at_b[bad]
    return padded[:, 1:-1]
