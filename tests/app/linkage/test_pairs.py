"""ρ within groups, against scipy and by hand; what is told of choices."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.linkage.pairs import Option, Pair, by_answer, ranks, within

VALUES = st.lists(st.integers(-3, 3) | st.floats(-10, 10), min_size=1, max_size=12)


def pairs(*groups: Sequence[tuple[float, float]]) -> list[Pair]:
    """Of each group its people's answers and measures."""
    return [
        Pair(UUID(int=number), f"Ryhmä {number}", f"J{place}", str(x), x, y)
        for number, group in enumerate(groups)
        for place, (x, y) in enumerate(group, start=1)
    ]


@given(VALUES)
def test_ranks_are_scipys(values: list[float]) -> None:
    sample = np.array(values, dtype=np.float64)
    assert ranks(sample).tolist() == stats.rankdata(sample).tolist()


@given(st.lists(st.tuples(st.integers(1, 5), st.floats(0, 1)), min_size=5, max_size=30))
def test_of_one_group_it_is_spearmans(group: list[tuple[float, float]]) -> None:
    x, y = np.array(group).T
    found = within(pairs(group))
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert np.isnan(found.value)
    else:
        assert found.value == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)
    assert np.isnan([found.low, found.high]).all()


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9)), min_size=1, max_size=6),
        min_size=2,
        max_size=6,
    )
)
def test_of_several_it_is_that_of_ranks_around_each_groups_middle(
    groups: list[list[tuple[float, float]]],
) -> None:
    columns = []
    for group in groups:
        ranked = [stats.rankdata(column) / (len(group) + 1) for column in zip(*group, strict=True)]
        columns.append([column - column.mean() for column in ranked])
    x, y = (np.concatenate([each[n] for each in columns]) for n in (0, 1))
    found = within(pairs(*groups)).value
    people = sum(len(group) for group in groups if _varies(group))
    if people < 5 or not x.any() or not y.any():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-9)


def _varies(group: list[tuple[float, float]]) -> bool:
    return any(len(set(column)) > 1 for column in zip(*group, strict=True))


def test_what_groups_differ_in_plays_no_part() -> None:
    """Content groups talk more; within each, the content talk less (Simpson 1951)."""
    low, high = [(1, 3), (2, 2), (3, 1)], [(7, 9), (8, 8), (9, 7)]
    assert stats.spearmanr(*np.array(low + high).T).statistic > 0.4
    assert within(pairs(low, high)).value == pytest.approx(-1)


def test_by_hand() -> None:
    """Ranks over n + 1: (.25, .5, .75) by (.25, .75, .5) and (1/3, 2/3) by (1/3, 2/3):
    (1/16 + 1/18) / (1/8 + 1/18) = 17/26."""
    found = within(pairs([(1, 10), (2, 30), (3, 20)], [(5, 1), (6, 2)]))
    assert found.value == pytest.approx(17 / 26)


def test_an_interval_takes_five_groups() -> None:
    dice = np.random.default_rng(4)
    groups = [[(x, x + 2 * dice.normal()) for x in range(6)] for _ in range(8)]
    few, many = within(pairs(*groups[:4])), within(pairs(*groups))
    assert np.isnan([few.low, few.high]).all()
    assert -1 <= many.low < many.value < many.high <= 1
    assert within(pairs(*groups)) == many


def test_one_person_says_nothing_within_a_group() -> None:
    """Four groups of six and four of one are four groups; and lone people are none of the five that
    a coefficient takes."""
    dice = np.random.default_rng(4)
    groups = [[(x, x + 2 * dice.normal()) for x in range(6)] for _ in range(4)]
    alone = [[(1.0, 2.0)]] * 4
    assert np.isnan(within(pairs(*groups, *alone)).low)
    assert within(pairs(*groups, *alone)).value == within(pairs(*groups)).value
    assert np.isnan(within(pairs([(1, 1), (2, 3), (3, 2)], *alone)).value)


def test_four_people_have_no_coefficient() -> None:
    assert np.isnan(within(pairs([(1, 1), (2, 2)], [(1, 1), (2, 2)])).value)
    assert np.isnan(within([]).value)


def test_choices_are_told_with_their_spread() -> None:
    said = [("kyllä", 0.1), ("ei", 0.2), ("kyllä", 0.4), ("kyllä", 0.4)]
    found = by_answer(
        [
            Pair(UUID(int=n // 2), "R", f"J{n}", answer, None, measure)
            for n, (answer, measure) in enumerate(said)
        ]
    )
    assert found[0] == Option("ei", 1, 1, 0.2, None, 0.2, 0.2, 0.2)
    sd = np.std([0.1, 0.4, 0.4], ddof=1)
    assert found[1] == Option("kyllä", 3, 2, pytest.approx(0.3), pytest.approx(sd), 0.4, 0.1, 0.4)
