"""Sizes of differences: against scipy, by hand, and with intervals that hold what is true."""

import numpy as np
import pytest
from hypothesis import given
from scipy.stats.contingency import association as scipys

from app.content.effects import association, cramers_v, role_differences, slopes, successions
from app.content.relations import successions as counted
from app.content.table import Coded
from tests.app.content.tables import drawn, hand, tables


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
    """Facilitators 2/3 − members 1/3, and no interval from two groups."""
    found = role_differences(hand())
    assert [each.value for each in found] == pytest.approx([1 / 3, -1, 1 / 3])
    assert all(np.isnan(each.low) for each in found)


def test_slopes_by_hand() -> None:
    """Group 0: code 0 on 2 of 3 turns, then 1 of 2: −1/6 a meeting; group 1 has one meeting."""
    found = slopes(hand())
    assert found.of_codes[0].value == pytest.approx(1 / 2 - 2 / 3)
    assert found.groups == 1


def test_what_was_put_in_lies_in_most_intervals() -> None:
    """Twelve groups, drawn thirty times: percentile intervals of so few groups hold the truth in
    some nine of ten."""
    held = {"difference": 0, "slope": 0}
    for seed in range(30):
        coded = drawn(12, 0.25, seed, meetings=4)
        difference, slope = role_differences(coded)[0], slopes(coded).of_codes[0]
        held["difference"] += difference.low < 0.25 < difference.high
        held["slope"] += slope.low < -0.02 < slope.high
        assert difference.high - difference.low < 0.15
    assert all(times >= 22 for times in held.values()), held


def test_without_a_difference_the_interval_holds_zero() -> None:
    coded = drawn(12, 0.0, seed=2)
    found = role_differences(coded)[0]
    assert found.low < 0 < found.high
    assert association(coded, 2, coded.is_facilitator.astype(int)).value < 0.06


def test_two_axes_by_hand() -> None:
    """Leading codes beside those of another axis, on turns that have both: [[2, 0], [0, 2]] of four
    turns, code 2 and the uncoded turn in neither. φ² = 1, corrected 1 − 1/3; r̃ = c̃ = 2 − 1/3:
    V = √((2/3)/(2/3)) = 1."""
    other = np.array([0, 1, 1, -1, 1, 0, -1])
    assert association(hand(), 2, other).value == pytest.approx(1)
    mixed = np.array([0, 0, 1, 1, 0, 1, -1])
    assert association(hand(), 2, mixed).value < 0.5


@given(tables())
def test_nothing_is_too_little_to_be_measured(coded: Coded) -> None:
    for found in (*role_differences(coded), *slopes(coded).of_codes):
        assert np.isnan(found.value) or -1 <= found.value <= 1
    sizes = successions(counted(coded))
    assert [len(row) for row in sizes] == [3, 3, 3]
