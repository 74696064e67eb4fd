"""How much codes depend on who speaks and when, within groups, with intervals and never a p. Pure.

Groups differ in what they talk of and in who talks. On one heap of all their turns the one would
pass for the other: where talkative facilitators lead the groups that complain, facilitators seem to
complain (Simpson 1951). So each figure is worked out in every group by itself, then put together.

Thousands of turns make any difference "significant", because they are not thousands of independent
observations: they lie within persons, meetings and groups. So sizes are told, and how far they vary
when whole groups are drawn again (Efron 1979): those that say something of the figure. With few of
them there is no interval (`FEWEST` of `app.agreement.bootstrap`), and nothing is claimed beyond
these groups.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from app.agreement.bootstrap import Estimate, estimates, times_drawn
from app.agreement.ratings import ratio
from app.analysis.table import Floats, Ints
from app.content.counts import shares
from app.content.relations import crossed
from app.content.table import ROLES, Coded
from app.groups.models import GroupRole


class Within(NamedTuple):
    """A figure that was put together from those of groups."""

    size: Estimate
    groups: int
    """That say something of it."""


def _as_it_is(found: Floats) -> Floats:
    return found


def put_together(
    above: Floats, below: Floats, shown: Callable[[Floats], Floats] = _as_it_is
) -> list[Within]:
    """Of each column: what is above, summed over groups (rows), over what is below, as it is
    `shown`. Groups that have nothing below say nothing of that column, and are not drawn for it."""
    there = (below > 0).T
    alike: dict[bytes, list[int]] = {}
    for column, own in enumerate(there):
        alike.setdefault(own.tobytes(), []).append(column)
    found: dict[int, Within] = {}
    for columns in alike.values():
        said = there[columns[0]]
        own_parts = (each[np.ix_(said, columns)] for each in (above, below))
        groups, width = int(said.sum()), 2 * len(columns)
        sizes = estimates(partial(_summed, shown, *own_parts), times_drawn(groups), width)
        found |= {n: Within(size, groups) for n, size in zip(columns, sizes, strict=True)}
    return [found[column] for column in range(len(there))]


def _summed(
    shown: Callable[[Floats], Floats], above: Floats, below: Floats, times: Floats
) -> Floats:
    return shown(ratio(times @ above, times @ below))


def by_group(coded: Coded, rows: int, of: Ints) -> tuple[Floats, Floats]:
    """Counts of codes (groups × rows × codes) and coded turns (groups × rows), where `of` says for
    each unit the row that it counts in."""
    inside = coded.is_coded
    group, row = coded.group[inside], of[inside]
    turns = np.zeros((coded.groups, rows, coded.codes))
    whole = np.zeros((coded.groups, rows))
    np.add.at(turns, (group, row), coded.given[inside].astype(np.float64))
    np.add.at(whole, (group, row), 1.0)
    return turns, whole


def cramers_v(tables: Floats) -> Floats:
    """Of each table (… × rows × columns): Cramér's V with Bergsma's correction of its bias (2013,
    J. Korean Stat. Soc. 42:323), 0 to 1. Empty rows and columns do not count; NaN where fewer than
    two of either are left."""
    return _root(ratio(*_dependence(tables)))


def _dependence(tables: Floats) -> tuple[Floats, Floats]:
    """χ² less what chance alone makes of it, and the most that it could be; 0 and 0 where nothing
    could be seen. Their ratio is V², or below 0 where it is less than chance."""
    n = tables.sum(axis=(-2, -1))
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    r, c = (rows > 0).sum(axis=-1), (columns > 0).sum(axis=-1)
    product = rows[..., :, None] * columns[..., None, :]
    parts = np.divide(tables**2, product, out=np.zeros_like(tables), where=product > 0)
    usable = (r > 1) & (c > 1) & (n > 1)
    others = np.where(usable, n - 1, 1.0)
    phi = parts.sum(axis=(-2, -1)) - 1 - (r - 1) * (c - 1) / others
    room = np.minimum(r - (r - 1) ** 2 / others, c - (c - 1) ** 2 / others) - 1
    usable &= room > 0
    return np.where(usable, n * phi, 0.0), np.where(usable, n * room, 0.0)


def _root(squared: Floats) -> Floats:
    roots: Floats = np.sqrt(np.clip(squared, 0, 1))
    return roots


def association(coded: Coded, rows: int, of: Ints) -> Within:
    """V between leading codes and a row of each unit (below 0: of none) within groups: V² of each
    group's own table, each weighing as much as the most that its χ² could be. Chance is taken away
    before anything is cut off at 0, so that what many groups owe to chance does not add up.

    In which direction codes depend may differ between groups, unlike for a difference of shares."""
    inside = coded.is_coded & (of >= 0)
    tables = np.zeros((coded.groups, rows, coded.codes))
    where = (coded.group[inside], of[inside], coded.leading[inside])
    np.add.at(tables, where, 1.0)
    above, below = _dependence(tables)
    return put_together(above[:, None], below[:, None], _root)[0]


def between_groups(coded: Coded) -> Within:
    """V between leading codes and groups. Without an interval: groups are its rows, and drawing
    them again would make another table."""
    inside = coded.is_coded
    table = np.zeros((coded.groups, coded.codes))
    np.add.at(table, (coded.group[inside], coded.leading[inside]), 1.0)
    size = Estimate(float(cramers_v(table)), np.nan, np.nan)
    return Within(size, int(table.any(axis=1).sum()))


def role_differences(coded: Coded) -> list[Within]:
    """Of each code: its share of the facilitators' coded turns minus its share of the members', in
    each group that has both; the mean of these groups, of which each counts as one."""
    turns, whole = by_group(coded, len(ROLES), coded.role)
    found = shares(turns, whole)
    return _mean(found[:, _FACILITATOR] - found[:, _MEMBER])


_MEMBER, _FACILITATOR = ROLES.index(GroupRole.MEMBER), ROLES.index(GroupRole.FACILITATOR)


def slopes(coded: Coded) -> list[Within]:
    """Of each code: by how much its share of a group's coded turns changes from one meeting to the
    next: the least-squares slope of each group's series, averaged over groups with two meetings or
    more."""
    last = max((each.ordinal for each in coded.meetings), default=1)
    turns, whole = by_group(coded, last + 1, coded.ordinal)
    found = shares(turns, whole)
    return _mean(np.array([_slope(series) for series in found]).reshape(-1, coded.codes))


def _mean(own: Floats) -> list[Within]:
    """Of groups (rows) that have a value."""
    known = ~np.isnan(own)
    return put_together(np.where(known, own, 0.0), known.astype(np.float64))


def _slope(series: Floats) -> Floats:
    """Ordinals × codes; of the ordinals that have turns."""
    there = np.flatnonzero(~np.isnan(series).any(axis=1))
    if len(there) < 2:
        return np.full(series.shape[1], np.nan)
    centred = there - there.mean()
    slope: Floats = (centred[:, None] * series[there]).sum(axis=0) / (centred**2).sum()
    return slope


def successions(counts: Floats) -> list[list[Within]]:
    """Yule's Q of each pair of codes; `counts` by group. −1 to 1, 0 where what follows does not
    depend on what went before (Bakeman & Quera 2011, ch. 8); of one group (ad − bc)/(ad + bc).

    Of several it is that of their common odds ratio (Mantel & Haenszel 1959, J. Natl. Cancer Inst.
    22:719): with R = Σ ad/n and S = Σ bc/n over groups OR = R/S, and Q = (OR − 1)/(OR + 1) =
    (R − S)/(R + S). NaN where no group has both codes before and after, and others."""
    groups, size, _ = counts.shape
    found = crossed(counts)
    same, other = (each.reshape(groups, size * size) for each in found)
    flat = put_together(same - other, same + other)
    return [flat[row * size : (row + 1) * size] for row in range(size)]
