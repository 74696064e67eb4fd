"""How much codes depend on who speaks and when, with intervals by group and never a p. Pure.

Thousands of turns make any difference "significant", because they are not thousands of independent
observations: they lie within persons, meetings and groups. So sizes are told, and how far they vary
when whole groups are drawn again (Efron 1979). With few groups there is no interval (`FEWEST` of
`app.agreement.bootstrap`), and nothing is claimed beyond these groups.
"""

from typing import NamedTuple

import numpy as np

from app.agreement.bootstrap import Estimate, estimate, estimates, times_drawn
from app.agreement.ratings import ratio
from app.analysis.table import Floats, Ints
from app.content.counts import shares
from app.content.relations import yules_q
from app.content.table import ROLES, Coded
from app.groups.models import GroupRole


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
    """Of each table (draws × rows × columns): Cramér's V with Bergsma's correction of its bias
    (2013, J. Korean Stat. Soc. 42:323), 0 to 1. Empty rows and columns do not count; NaN where
    fewer than two of either are left."""
    n = tables.sum(axis=(1, 2))
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    r, c = (rows > 0).sum(axis=1), (columns > 0).sum(axis=1)
    product = rows[:, :, None] * columns[:, None, :]
    parts = np.divide(tables**2, product, out=np.zeros_like(tables), where=product > 0)
    usable = (r > 1) & (c > 1) & (n > 1)
    below = np.where(usable, n - 1, 1.0)
    phi = np.maximum(0.0, parts.sum(axis=(1, 2)) - 1 - (r - 1) * (c - 1) / below)
    r_, c_ = r - (r - 1) ** 2 / below, c - (c - 1) ** 2 / below
    room = np.minimum(r_, c_) - 1
    found = np.full(len(tables), np.nan)
    np.divide(phi, room, out=found, where=usable & (room > 0))
    sizes: Floats = np.minimum(1.0, np.sqrt(found))
    return sizes


def association(coded: Coded, rows: int, of: Ints) -> Estimate:
    """V between leading codes and a row of each unit (below 0: of none); drawn by group."""
    inside = coded.is_coded & (of >= 0)
    tables = np.zeros((coded.groups, rows, coded.codes))
    where = (coded.group[inside], of[inside], coded.leading[inside])
    np.add.at(tables, where, 1.0)
    times = times_drawn(coded.groups)
    return estimate(lambda drawn: cramers_v(np.tensordot(drawn, tables, axes=1)), times)


def role_differences(coded: Coded) -> list[Estimate]:
    """Of each code: its share of the facilitators' coded turns minus its share of the members'."""
    turns, whole = by_group(coded, len(ROLES), coded.role)
    times = times_drawn(coded.groups)

    def difference(drawn: Floats) -> Floats:
        found = shares(np.tensordot(drawn, turns, axes=1), np.tensordot(drawn, whole, axes=1))
        apart: Floats = found[:, _FACILITATOR] - found[:, _MEMBER]
        return apart

    return estimates(difference, times)


_MEMBER, _FACILITATOR = ROLES.index(GroupRole.MEMBER), ROLES.index(GroupRole.FACILITATOR)


class Slopes(NamedTuple):
    of_codes: list[Estimate]
    groups: int
    """With two meetings or more: the others have none."""


def slopes(coded: Coded) -> Slopes:
    """Of each code: by how much its share of a group's coded turns changes from one meeting to the
    next: the least-squares slope of each group's series, averaged over groups with two meetings or
    more."""
    last = max((each.ordinal for each in coded.meetings), default=1)
    turns, whole = by_group(coded, last + 1, coded.ordinal)
    found = shares(turns, whole)
    own = np.array([_slope(series) for series in found]).reshape(-1, coded.codes)
    own = own[~np.isnan(own).any(axis=1)]
    times = times_drawn(len(own))

    def mean(drawn: Floats) -> Floats:
        return ratio(drawn @ own, drawn.sum(axis=1)[:, None])

    return Slopes(estimates(mean, times), len(own))


def _slope(series: Floats) -> Floats:
    """Ordinals × codes; of the ordinals that have turns."""
    there = np.flatnonzero(~np.isnan(series).any(axis=1))
    if len(there) < 2:
        return np.full(series.shape[1], np.nan)
    centred = there - there.mean()
    slope: Floats = (centred[:, None] * series[there]).sum(axis=0) / (centred**2).sum()
    return slope


def successions(counts: Floats) -> list[list[Estimate]]:
    """Yule's Q of each pair of codes; `counts` by group."""
    size = counts.shape[1]

    def flat(drawn: Floats) -> Floats:
        return yules_q(np.tensordot(drawn, counts, axes=1)).reshape(len(drawn), -1)

    found = estimates(flat, times_drawn(len(counts)))
    return [found[row * size : (row + 1) * size] for row in range(size)]
