"""Sizes of differences: against scipy, by hand, and with intervals that hold what is true."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from scipy.stats.contingency import association as scipys

from app.content.effects import (
    association,
    between_groups,
    cramers_v,
    role_differences,
    slopes,
    successions,
)
from app.content.relations import successions as counted
from app.content.table import Coded
from tests.app.content.tables import APART, Planted, drawn, hand, planted, tables


def test_cramers_v_by_hand_and_before_its_correction_as_scipy_has_it() -> None:
    """[[30, 10], [10, 30]]: φ² = 4·10²/20/80 = .25, so V = .5 uncorrected; corrected
    φ²₊ = .25 − 1/79 = .23734, r̃ = c̃ = 2 − 1/79 = 1.98734: V = √(.23734/.98734) = .49029."""
    table = np.array([[30.0, 10.0], [10.0, 30.0]])
    assert scipys(table.astype(int), method="cramer") == pytest.approx(0.5)
    assert cramers_v(table[None])[0] == pytest.approx((0.2373418 / 0.9873418) ** 0.5, abs=1e-6)


def test_with_many_turns_the_correction_vanishes() -> None:
    dice = np.random.default_rng(4)
    table = dice.integers(200_000, 900_000, (4, 6)).astype(float)
    wanted = scipys(table.astype(int), method="cramer")
    assert cramers_v(table[None])[0] == pytest.approx(wanted, abs=1e-4)


def test_where_everything_depends_v_is_one_and_where_nothing_zero() -> None:
    assert cramers_v(np.diag([50.0, 50.0, 50.0])[None])[0] == pytest.approx(1)
    assert cramers_v(np.full((1, 3, 4), 20.0))[0] == 0
    assert np.isnan(cramers_v(np.array([[[5.0, 3.0], [0.0, 0.0]]]))[0])


def test_differences_by_role_by_hand() -> None:
    """Of group 0, since in group 1 nobody but a facilitator speaks: code 0 on both of its
    facilitator's coded turns and on one of its members' three. No interval from one group."""
    found = role_differences(hand())
    assert [each.size.value for each in found] == pytest.approx([1 - 1 / 3, -1, 0])
    assert {each.groups for each in found} == {1}
    assert all(np.isnan(each.size.low) for each in found)


def test_slopes_by_hand() -> None:
    """Group 0: code 0 on 2 of 3 turns, then 1 of 2: −1/6 a meeting; group 1 has one meeting."""
    found = slopes(hand())
    assert found[0].size.value == pytest.approx(1 / 2 - 2 / 3)
    assert found[0].groups == 1


def test_what_groups_differ_in_is_no_difference_of_roles() -> None:
    """Simpson's paradox: on one heap facilitators have code 0 on .36 more of their turns."""
    coded = planted(APART)
    assert [each.size.value for each in role_differences(coded)] == [0, 0]
    assert association(coded, 2, coded.role).size.value == 0
    assert between_groups(coded).size.value == pytest.approx(0.6, abs=0.02)


def test_what_groups_differ_in_follows_nothing() -> None:
    """In each group as many successions as independence would make, and far more of code 0 in some:
    on one heap Q = (.34·.34 − .16·.16)/(.34·.34 + .16·.16) = .637."""
    counts = 100 * np.array(
        [np.outer((p.share, 1 - p.share), (p.share, 1 - p.share)) for p in APART]
    )
    assert successions(counts.sum(axis=0)[None])[0][0].size.value == pytest.approx(0.637, abs=1e-3)
    for row in successions(counts):
        for each in row:
            assert each.size.value == pytest.approx(0, abs=1e-12)


def test_where_nothing_depends_within_groups_intervals_hold_zero() -> None:
    """Twenty studies of ten groups that differ in everything else: an interval of ten groups misses
    in some, V's alone begins above 0 in next to none."""
    plan = [Planted(each.share, 3 * each.led, 3 * each.others) for each in APART]
    held, above = {"role": 0, "follows": 0}, 0
    for seed in range(20):
        coded = planted(plan, np.random.default_rng(seed))
        role, follows = role_differences(coded)[0].size, successions(counted(coded))[0][0].size
        held["role"] += role.low < 0 < role.high
        held["follows"] += follows.low < 0 < follows.high
        above += association(coded, 2, coded.role).size.low > 0
    assert all(times >= 15 for times in held.values()), held
    assert above <= 2


def test_what_holds_within_each_group_is_found_where_groups_differ() -> None:
    """Code 0 is on .8 or on .2 of the turns, and follows itself by an odds ratio of 1.44 in all."""
    dice = np.random.default_rng(6)
    shares = np.array([0.8, 0.2] * 5)[:, None]
    counts = np.concatenate([60 * shares, np.full((10, 2), 20.0), 60 * (1 - shares)], axis=1)
    found = successions(counts.reshape(10, 2, 2) + dice.random((10, 2, 2)))[0][0]
    assert 0 < found.size.low < 0.44 / 2.44 < found.size.high < 0.3
    assert found.groups == 10


def test_the_common_odds_ratio_by_hand() -> None:
    """[[10, 5], [2, 8]] and [[3, 1], [4, 2]]: R = 80/25 + 6/10 = 3.8, S = 10/25 + 4/10 = .8:
    OR = 4.75, Q = 3/4.6 = .652. A group without code 1 says nothing."""
    counts = np.array([[[10.0, 5], [2, 8]], [[3, 1], [4, 2]], [[9, 0], [0, 0]]])
    found = successions(counts)[0][0]
    assert found.size.value == pytest.approx(3 / 4.6)
    assert found.groups == 2


def test_what_was_put_in_lies_in_most_intervals() -> None:
    """Twelve groups, drawn thirty times: percentile intervals of so few groups hold the truth in
    some nine of ten."""
    held = {"difference": 0, "slope": 0}
    for seed in range(30):
        coded = drawn(12, 0.25, seed, meetings=4)
        difference, slope = role_differences(coded)[0].size, slopes(coded)[0].size
        held["difference"] += difference.low < 0.25 < difference.high
        held["slope"] += slope.low < -0.02 < slope.high
        assert difference.high - difference.low < 0.15
    assert all(times >= 22 for times in held.values()), held


def test_without_a_difference_the_interval_holds_zero() -> None:
    coded = drawn(12, 0.0, seed=2)
    found = role_differences(coded)[0].size
    assert found.low < 0 < found.high
    assert association(coded, 2, coded.role).size.value < 0.06


def test_two_axes_by_hand() -> None:
    """Leading codes beside those of another axis, on turns that have both: [[2, 0], [0, 2]] of four
    turns, code 2 and the uncoded turn in neither. φ² = 1, corrected 1 − 1/3; r̃ = c̃ = 2 − 1/3:
    V = √((2/3)/(2/3)) = 1."""
    other = np.array([0, 1, 1, -1, 1, 0, -1])
    assert association(hand(), 2, other).size.value == pytest.approx(1)
    mixed = np.array([0, 0, 1, 1, 0, 1, -1])
    assert association(hand(), 2, mixed).size.value < 0.5


@given(tables())
def test_nothing_is_too_little_to_be_measured(coded: Coded) -> None:
    follows = itertools.chain(*successions(counted(coded)))
    for found in (*role_differences(coded), *slopes(coded), *follows):
        assert np.isnan(found.size.value) or -1 <= found.size.value <= 1
        assert np.isnan(found.size.value) == (found.groups == 0)
    for of in (coded.role, coded.speaker, coded.ordinal):
        found = association(coded, 3, of)
        assert np.isnan(found.size.value) or 0 <= found.size.value <= 1


@given(tables())
def test_of_one_group_it_is_cramers_v(coded: Coded) -> None:
    one = coded.only(coded.group == 0)
    table = np.zeros((2, 3))
    inside = one.is_coded
    np.add.at(table, (one.speaker[inside], one.leading[inside]), 1.0)
    wanted = cramers_v(table)
    assert association(one, 2, one.speaker).size.value == pytest.approx(wanted, nan_ok=True)


def test_groups_that_say_nothing_are_not_drawn() -> None:
    """An axis that only three of six groups were coded on; and roles of which four have one."""
    plan = [*APART[:3], *[Planted(0.5, 30, 0)] * 3]
    coded = planted(plan, np.random.default_rng(3))
    found = role_differences(coded)[0]
    assert found.groups == 3
    assert np.isnan(found.size.low)
    other = np.where(coded.group < 3, coded.speaker % 2, -1)
    v = association(coded, 2, other)
    assert v.groups == 3
    assert np.isnan(v.size.low)


def test_what_never_happened_has_no_interval() -> None:
    """Code 1 never follows itself, in none of ten groups: Q is −1 in every draw. V is 0 in all
    draws of groups that are exactly even."""
    found = successions(np.full((10, 2, 2), 5.0) * [[1, 1], [1, 0]])[1][1]
    assert (found.size.value, found.groups) == (-1, 10)
    assert np.isnan([found.size.low, found.size.high]).all()
    even = association(planted(APART), 2, planted(APART).role)
    assert (even.size.value, even.groups) == (0, 10)
    assert np.isnan([even.size.low, even.size.high]).all()
