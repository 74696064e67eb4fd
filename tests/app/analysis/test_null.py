"""Chance, by chance: p-values are uniform when nothing but chance was at work."""

import math
import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from app.analysis import floor, null, participation, sequence, timing
from app.analysis.null import allotted, compare, reordered, walked
from app.analysis.table import Person, Talk
from app.kit.intervals import Interval
from tests.app.analysis.meetings import drawn, people, talk

MEETINGS = 150
"""Drawn per test. Higher: a smaller fault shows, and it takes longer."""


def allotted_by_chance(seed: int) -> Talk:
    """Twenty turns of any length, each anybody's."""
    dice = np.random.default_rng(seed)
    at, rows = 0, []
    for who, length in zip(dice.integers(0, 5, 20), dice.integers(1_000, 60_000, 20), strict=True):
        rows.append((int(who), at, at + int(length), False))
        at += int(length)
    return talk(people(5, at), at, rows)


def ginis(table: Talk, drawn: int = null.DRAWN) -> np.ndarray:
    return participation.balances(allotted(table, drawn), table.stayed())["gini"]


def test_p_of_the_balance_is_uniform_under_its_null() -> None:
    values = []
    for seed in range(MEETINGS):
        table = allotted_by_chance(seed)
        under = ginis(table, drawn=99)
        values.append(compare(participation.balance(table).gini, under).p)

    assert stats.kstest(values, "uniform").pvalue > 0.001
    assert np.mean(np.array(values) <= 0.1) == pytest.approx(0.1, abs=0.07)


def is_valid(values: list[float]) -> None:
    """Of statistics that have steps, p is too large rather than too small."""
    assert np.mean(np.array(values) <= 0.1) <= 0.1 + 0.05
    assert np.mean(np.array(values) <= 0.5) == pytest.approx(0.5, abs=0.17)


def of_order(orders: np.ndarray) -> dict[str, np.ndarray]:
    """What is told of the order of speakers, of each row."""
    back, on = sequence.threes(orders)
    reciprocity = sequence.reciprocities(sequence.followings_of(orders, 5))
    returns = sequence.returns_of(orders)
    return {"reciprocity": reciprocity, "returns": returns, "AB-BA": back, "AB-XA": on}


def test_p_of_what_is_told_of_the_order_is_valid_under_its_null() -> None:
    """The next is any other: given who had how many turns, every order is as likely."""
    found: dict[str, list[float]] = {}
    for order in walked(np.ones(5), 40, drawn=MEETINGS):
        under = of_order(reordered(order, drawn=99))
        for name, observed in of_order(order[None]).items():
            p = compare(float(observed[0]), under[name].astype(np.float64)).p
            found.setdefault(name, []).append(p)

    for values in found.values():
        is_valid(values)


STAYED = (1_000, 600, 300, 100)
"""Seconds that each of four people is there, of a thousand."""


def came_late(lengths: Sequence[int]) -> Talk:
    """Turns of so many ms, one after another; by whom is all the same."""
    ends = np.cumsum(lengths).tolist()
    whole = 1_000 * STAYED[0]
    there = [
        Person(f"P{n}", n == 1, (Interval(whole - 1_000 * stayed, whole),))
        for n, stayed in enumerate(STAYED)
    ]
    return talk(
        there, whole, [(0, end - ms, end, False) for end, ms in zip(ends, lengths, strict=True)]
    )


def test_who_is_there_longer_is_allotted_more_turns() -> None:
    """Of each turn one has it with the chance p that is their part of all time present: their talk
    time has the mean p·Σ l and the variance p·(1 − p)·Σ l², two people's the covariance −p·q·Σ l².
    """
    lengths = [1_000, 2_000, 5_000, 9_000, 30_000, 4_000]
    stayed = 1_000.0 * np.array(STAYED)
    draws = 20_000
    held = allotted(came_late(lengths), draws)
    p, spread = stayed / stayed.sum(), float(np.square(lengths).sum())
    covariance = spread * (np.diag(p) - np.outer(p, p))

    apart = (held.mean(axis=0) - p * sum(lengths)) / np.sqrt(np.diag(covariance) / draws)
    assert np.abs(apart).max() < 4
    assert np.cov(held.T) == pytest.approx(covariance, rel=0.05, abs=0.02 * covariance.max())


def test_stars_are_those_of_a_walk_by_time_present() -> None:
    """The chain of who speaks: whoever speaks, the next is j with wⱼ/(1 − wᵢ). The part of its
    changes that touch the facilitator is worked out step by step."""
    weights = np.array(STAYED) / sum(STAYED)
    step = weights / (1 - weights)[:, None] * (1 - np.eye(4))
    speaks, touched = weights, []
    for _ in range(29):
        touched.append(speaks[1] + speaks @ step[:, 1])
        speaks = speaks @ step
    found = null.stars(came_late([1_000] * 30), 30, 5_000)
    assert found.mean() == pytest.approx(np.mean(touched), abs=4 * found.std() / 5_000**0.5)
    even = null.stars(talk(people(4, 900, (1,)), 900, []), 30, 500)
    assert even.mean() == pytest.approx(2 / 4, abs=0.02)
    assert found.mean() > even.mean() + 0.05


def test_p_of_the_star_is_valid_under_its_null() -> None:
    table, values = came_late([1_000] * 40), []
    under = null.stars(table, 40, 999)
    dice = np.random.default_rng(5)
    for _ in range(MEETINGS):
        order = _walk(dice, np.array(STAYED, dtype=np.float64), 40)
        star = sequence.star(sequence.followings(order, 4), table.facilitators)
        values.append(compare(star, under).p)
    is_valid(values)


def _walk(dice: np.random.Generator, weights: np.ndarray, length: int) -> np.ndarray:
    """One order, turn by turn."""
    order: list[int] = []
    while len(order) < length:
        own = weights.copy()
        own[order[-1:]] = 0
        order.append(int(dice.choice(len(own), p=own / own.sum())))
    return np.array(order)


def test_p_is_small_where_there_is_a_pattern() -> None:
    """Two who talk with each other for a while, then two others: returns beyond chance."""
    order = np.array([0, 1] * 15 + [2, 3] * 15)
    found = compare(sequence.returns(order), sequence.returns_of(reordered(order)))
    assert found.p == pytest.approx(2 / 500)
    assert found.observed > found.high > found.mean > found.low


def test_p_is_small_where_one_holds_the_floor() -> None:
    rows = [(n % 2 and n % 8 // 2, n * 1_000, n * 1_000 + 900, False) for n in range(80)]
    table = talk(people(4, 80_000), 80_000, rows)
    found = compare(participation.balance(table).gini, ginis(table))
    assert found.p < 0.01


@settings(max_examples=40)
@given(st.lists(st.integers(0, 4), min_size=3, max_size=60))
def test_an_order_keeps_everybodys_turns_and_nobody_follows_themselves(chain: list[int]) -> None:
    order = sequence.without_repeats(np.array(chain))
    orders = reordered(order, drawn=20)

    assert (np.sort(orders, axis=1) == np.sort(order)).all()
    assert (orders[:, 1:] != orders[:, :-1]).all()


def test_orders_are_all_met_about_as_often() -> None:
    """Of a, a, b, c there are six orders in which no a follows an a: abac, acab, abca, acba, baca,
    caba."""
    orders = reordered(np.array([0, 1, 0, 2]), drawn=3_000)
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 0.001


def test_cells_are_compared_one_by_one() -> None:
    """Under the null the one cell is 0, 1, 2, 3 and the other always 5. Of 3 one of four is as
    large: 2·(1 + 1)/(1 + 4); of 5 all are: 1; of 4 none is smaller or equal: 2·(1 + 0)/5."""
    under = np.array([[[0, 5, 5]], [[1, 5, 5]], [[2, 5, 5]], [[3, 5, 5]]])
    found = null.compare_cells(np.array([[3, 5, 4]]), under)
    assert found.p.tolist() == [[pytest.approx(0.8), 1, pytest.approx(0.4)]]
    assert found.mean.tolist() == [[1.5, 5, 5]]
    assert (found.low[0, 1], found.high[0, 1]) == (5, 5)


def test_who_interrupts_is_any_other_by_their_time_present() -> None:
    """Thirty tries in the first one's turns: of the others one was there twice as long."""
    tried = np.array([[0, 0, 0], [30, 0, 0], [0, 0, 0]])
    found = null.interrupted(tried, np.array([9, 2, 1]), 200)
    assert (found.sum(axis=1) == [30, 0, 0]).all()
    assert (found[:, 0, 0] == 0).all()
    assert found[:, 1, 0].mean() == pytest.approx(20, abs=1)
    cells = null.compare_cells(tried, found)
    assert cells.p[1, 0] == pytest.approx(2 / 201)
    assert (null.interrupted(tried, np.array([9, 0, 0]), 5) == 0).all(), "nobody else was there"


def test_what_is_allotted_in_a_part_is_what_was_said_there() -> None:
    """Of turns 0–4 and 6–10 s in a part of 2–8 s: 2 and 2 s."""
    table = talk(people(3, 10_000), 10_000, [(0, 0, 4_000, False), (1, 6_000, 10_000, False)])
    held = allotted(table, 50, Interval(2_000, 8_000))
    assert held.sum(axis=1).tolist() == [4_000] * 50
    assert set(held.ravel().tolist()) == {0, 2_000, 4_000}


def test_many_turns_are_allotted_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    table = drawn(6, turns=40)
    whole = allotted(table, 20)
    monkeypatch.setattr(null, "AT_ONCE", 100)
    assert allotted(table, 20).tolist() == whole.tolist()


def test_walks_go_to_others_by_their_weight() -> None:
    orders = walked(np.array([2.0, 1.0, 1.0]), 400, drawn=50)
    assert (orders[:, 1:] != orders[:, :-1]).all()
    after_one = orders[:, 1:][orders[:, :-1] == 1]
    assert np.mean(after_one == 0) == pytest.approx(2 / 3, abs=0.03)


def test_nothing_to_draw_from_has_no_p() -> None:
    empty = talk(people(3, 100), 100, [])
    found = compare(participation.balance(empty).gini, ginis(empty))
    assert math.isnan(found.p)


def test_the_same_meeting_has_the_same_p() -> None:
    table = drawn(4, turns=60)
    first, again = (ginis(table) for _ in range(2))
    assert first.tolist() == again.tolist()


def test_a_hundred_thousand_turns_take_less_than_two_seconds() -> None:
    """Everything but the null hypotheses, which take a fixed number of draws of any meeting."""
    table = drawn(5, count=8, turns=70_000)
    assert len(table.speaker) > 100_000

    began = time.process_time()
    participation.participation(table)
    participation.balance(table)
    participation.over_time(table, 12)
    timing.figures(table.rows(), table)
    floor.interruptions(table)
    chain = floor.handovers(table).speaker
    matrix = sequence.followings(chain, table.size)
    sequence.expected(matrix)
    sequence.star(matrix, table.facilitators)
    sequence.reciprocity(matrix)
    sequence.returns(chain)
    sequence.shifts(sequence.without_repeats(chain).tolist(), sequence.answers(chain))
    assert time.process_time() - began < 2


def test_a_null_of_the_longest_walk_stays_short() -> None:
    began = time.process_time()
    reordered(np.arange(2_000) % 7)
    assert time.process_time() - began < 5
    assert null.WALK[1] < 2 * 2_000
