"""Every coefficient against the papers' examples, against other people's programs, and against
what must hold whatever is coded."""

import json
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agreement.coefficients import COEFFICIENTS, Level, ac1, alpha, kappa, percent
from app.agreement.ratings import MISSING, Counts, Ratings, count, ratings

ORACLE = json.loads((Path(__file__).parent / "oracle.json").read_text())
"""Tables drawn by chance, with what irrCAC 0.4.4 says of them. It wants an older numpy than ours,
so that its answers are kept here and not its code."""


def whole(table: Ratings) -> Counts:
    return count(table).whole()


def value(coefficient: Any, table: Ratings, *more: Any) -> float:
    return float(coefficient(whole(table), *more)[0])


def letters(*coders: str) -> Ratings:
    """A string for each coder, a letter for each unit; a dot where there is none."""
    known = sorted({letter for coder in coders for letter in coder if letter != "."})
    number = {letter: place for place, letter in enumerate(known)} | {".": MISSING}
    rows = [[number[letter] for letter in unit] for unit in zip(*coders, strict=True)]
    return ratings(rows, len(known))


def test_alpha_of_two_values_as_krippendorff_works_it_out() -> None:
    """Krippendorff 2011, example A: n = 20 values, n₀ = 14, n₁ = 6, o₀₁ = 4.
    α = 1 − (n − 1)·o₀₁/(n₀·n₁) = 1 − 19 · 4/84 = 0.095."""
    table = letters("0100000010", "1110010000")
    assert value(alpha, table) == pytest.approx(1 - 19 * 4 / 84)
    assert round(value(alpha, table), 3) == 0.095


def test_alpha_of_five_names_as_krippendorff_works_it_out() -> None:
    """Krippendorff 2011, example B: α = 0.692."""
    table = letters("aabbdcccedda", "babbbccceddd")
    assert round(value(alpha, table), 3) == 0.692


FOUR = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def test_alpha_of_four_coders_with_values_missing_as_krippendorff_works_it_out() -> None:
    """Krippendorff 2011, example C: nominal 0.743, ordinal 0.815, interval 0.849."""
    table = letters(*FOUR)
    found = [round(value(alpha, table, level), 3) for level in Level]
    assert found == [0.743, 0.815, 0.849]


def test_ac1_of_four_coders_as_gwet_has_it() -> None:
    """Gwet's own figure for the same data, 0.77544; percent 0.81818 of the eleven pairable."""
    table = letters(*FOUR)
    assert round(value(ac1, table), 5) == 0.77544
    assert value(percent, table) == pytest.approx(9 / 11)


def test_kappa_by_hand() -> None:
    """Both yes 20, both no 15, 5 and 10 apart: pₒ = 35/50 = .7; yes by the one 25/50, by the other
    30/50, so pₑ = .5·.6 + .5·.4 = .5; κ = (.7 − .5)/(1 − .5) = .4."""
    rows = [[1, 1]] * 20 + [[1, 0]] * 5 + [[0, 1]] * 10 + [[0, 0]] * 15
    assert value(kappa, ratings(rows, 2)) == pytest.approx(0.4)


def test_where_one_value_prevails_kappa_falls_and_ac1_does_not() -> None:
    """Gwet 2002, 125 units 118/5/2/0: pₒ = 118/125 = .944. AC1: π = (123 + 120)/250 = .972,
    pₑ = 2·.972·.028 = .054432, AC1 = .9408. κ: pₑ = (123·120 + 2·5)/125² = .94528, κ = −.0234."""
    table = ratings([[1, 1]] * 118 + [[1, 0]] * 5 + [[0, 1]] * 2, 2)
    assert value(percent, table) == pytest.approx(0.944)
    assert value(ac1, table) == pytest.approx((0.944 - 0.054432) / (1 - 0.054432))
    assert value(kappa, table) == pytest.approx((0.944 - 0.94528) / (1 - 0.94528))


@pytest.mark.parametrize("case", ORACLE["tables"], ids=range(len(ORACLE["tables"])))
def test_as_irrcac_has_it(case: dict[str, Any]) -> None:
    table = ratings(case["values"], case["categories"])
    assert value(ac1, table) == pytest.approx(case["ac1"], abs=1e-9)
    assert value(percent, table) == pytest.approx(case["pa"], abs=1e-9)
    if "kappa" in case:
        assert value(kappa, table) == pytest.approx(case["kappa"], abs=1e-9)


def test_the_oracle_knows_kappa_too() -> None:
    assert sum("kappa" in case for case in ORACLE["tables"]) >= 2


@st.composite
def tables(draw: st.DrawFn, coders: int | None = None) -> Ratings:
    categories = draw(st.integers(2, 5))
    width = coders or draw(st.integers(2, 5))
    one = st.integers(MISSING, categories - 1)
    row = st.lists(one, min_size=width, max_size=width)
    return ratings(draw(st.lists(row, min_size=1, max_size=25)), categories)


@given(tables(), st.sampled_from(Level))
def test_alpha_as_the_krippendorff_package_has_it(table: Ratings, level: Level) -> None:
    found = value(alpha, table, level)
    pairable = (table.values != MISSING).sum(axis=1) > 1
    used = np.unique(table.values[pairable][table.values[pairable] != MISSING])
    if len(used) < 2:
        assert np.isnan(found)
        return
    data = np.where(table.values == MISSING, np.nan, table.values).T
    wanted = krippendorff.alpha(
        data, level_of_measurement=str(level), value_domain=range(table.categories)
    )
    assert found == pytest.approx(wanted, abs=1e-9)


def same(one: Ratings, other: Ratings) -> None:
    for name, coefficient in COEFFICIENTS.items():
        a, b = value(coefficient, one), value(coefficient, other)
        assert a == pytest.approx(b, abs=1e-9, nan_ok=True), name


@given(tables(), st.randoms())
def test_who_sits_where_changes_nothing(table: Ratings, dice: Any) -> None:
    order = list(range(table.coders))
    dice.shuffle(order)
    same(table, ratings(table.values[:, order].tolist(), table.categories))


@given(tables(), st.randoms())
def test_what_categories_are_called_changes_nothing(table: Ratings, dice: Any) -> None:
    names = list(range(table.categories))
    dice.shuffle(names)
    renamed = np.where(table.values == MISSING, MISSING, np.array(names)[table.values])
    same(table, ratings(renamed.tolist(), table.categories))


@given(tables(), st.randoms())
def test_the_order_of_units_changes_nothing(table: Ratings, dice: Any) -> None:
    rows = table.values.tolist()
    dice.shuffle(rows)
    same(table, ratings(rows, table.categories))


@given(tables(), st.sampled_from(Level))
def test_turning_an_order_round_changes_no_alpha(table: Ratings, level: Level) -> None:
    turned = np.where(table.values == MISSING, MISSING, table.categories - 1 - table.values)
    other = ratings(turned.tolist(), table.categories)
    assert value(alpha, table, level) == pytest.approx(
        value(alpha, other, level), abs=1e-9, nan_ok=True
    )


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.integers(2, 5))
def test_those_who_agree_on_everything_agree_perfectly(truth: list[int], coders: int) -> None:
    table = ratings([[each] * coders for each in truth], 4)
    assert value(percent, table) == 1
    assert value(ac1, table) == pytest.approx(1)
    for coefficient in (kappa, alpha):
        found = value(coefficient, table)
        assert np.isnan(found) if len(set(truth)) == 1 else found == pytest.approx(1)


@given(tables())
def test_nobody_agrees_more_than_perfectly(table: Ratings) -> None:
    for coefficient in COEFFICIENTS.values():
        found = value(coefficient, table)
        assert np.isnan(found) or found <= 1 + 1e-9


def test_without_a_unit_that_two_coded_nothing_has_a_value() -> None:
    table = ratings([[0, MISSING], [MISSING, 1]], 2)
    assert all(np.isnan(value(each, table)) for each in COEFFICIENTS.values())


def test_chance_coders_have_no_agreement_beyond_chance() -> None:
    dice = np.random.default_rng(3)
    table = ratings(dice.integers(0, 4, (20_000, 3)).tolist(), 4)
    for coefficient in (kappa, alpha, ac1):
        assert abs(value(coefficient, table)) < 0.01
