"""Who speaks after whom, by hand and against networkx and parshift."""

import itertools
import math
from collections import Counter

import networkx
import numpy as np
import pandas
import parshift
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis import sequence
from app.analysis.sequence import CLASSES, expected, followings, reciprocity, returns, shifts, star

CHAIN = np.array([0, 1, 0, 2, 2, 0, 3, 1, 0])
"""F J1 F J2 J2 F J3 J1 F"""
MATRIX = [
    [0, 1, 1, 1],
    [2, 0, 0, 0],
    [1, 0, 1, 0],
    [0, 1, 0, 0],
]
FACILITATOR = np.array([True, False, False, False])
CHAINS = st.integers(2, 6).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n - 1), min_size=2, max_size=40))
)


def test_who_follows_whom_by_hand() -> None:
    assert followings(CHAIN, 4).tolist() == MATRIX


def test_rows_by_hand() -> None:
    rows = sequence.row_normalised(np.array(MATRIX))
    assert rows[0].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])
    assert rows[2].tolist() == pytest.approx([1 / 2, 0, 1 / 2, 0])
    assert sequence.row_normalised(np.zeros((2, 2), dtype=np.int64)).tolist() == [[0, 0], [0, 0]]


def test_the_star_by_hand() -> None:
    """Of seven changes six touch F; J3→J1 does not."""
    assert star(np.array(MATRIX), FACILITATOR) == pytest.approx(6 / 7)


def test_without_a_facilitator_to_be_studied_there_is_no_star() -> None:
    assert math.isnan(star(np.array(MATRIX), np.zeros(4, dtype=np.bool_)))


def test_reciprocity_by_hand() -> None:
    """min(F→J1 1, J1→F 2) and min(F→J2 1, J2→F 1), both ways: 2 + 2 of seven; J3 has none."""
    assert reciprocity(np.array(MATRIX)) == pytest.approx(4 / 7)


def test_returns_by_hand() -> None:
    """F J1 F J2 F J3 J1 F: F·F yes, J1·J2 no, F·F yes, J2·J3 no, F·J1 no, J3·F no: 2 of 6."""
    assert returns(CHAIN) == pytest.approx(2 / 6)


def test_nothing_has_no_pattern() -> None:
    empty = np.zeros(0, dtype=np.int64)
    assert math.isnan(returns(empty))
    assert math.isnan(reciprocity(followings(empty, 3)))
    assert math.isnan(star(followings(empty, 3), FACILITATOR[:3]))
    assert sequence.answers(empty) == []


def test_expected_counts_by_hand() -> None:
    """Three people who follow each other alike but for one pair: the model has the margins, an
    empty diagonal and the form aᵢ·bⱼ. With margins of 6 each, every cell is 3."""
    observed = np.array([[0, 4, 2], [2, 0, 4], [4, 2, 0]])
    assert expected(observed) == pytest.approx(3 * (1 - np.eye(3)))


@given(
    st.integers(3, 6).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(1, 30), min_size=n, max_size=n), min_size=n, max_size=n
        )
    )
)
def test_expected_counts_keep_margins_and_are_independent(rows: list[list[int]]) -> None:
    observed = sequence.off_diagonal(np.array(rows))
    model = expected(observed)

    assert model.sum(axis=1) == pytest.approx(observed.sum(axis=1), abs=1e-4)
    assert model.sum(axis=0) == pytest.approx(observed.sum(axis=0), abs=1e-4)
    assert model.diagonal().tolist() == [0] * len(rows)
    if len(rows) > 3:  # odds ratios that need no cell of the diagonal are 1
        ratio = model[0, 2] * model[1, 3] / (model[0, 3] * model[1, 2])
        assert ratio == pytest.approx(1, rel=1e-6)


@given(CHAINS)
def test_reciprocity_of_who_ever_followed_is_that_of_networkx(
    drawn: tuple[int, list[int]],
) -> None:
    """Counted once per pair, the weighted form is the plain one."""
    size, chain = drawn
    once = np.minimum(sequence.off_diagonal(followings(np.array(chain), size)), 1)
    graph = networkx.from_numpy_array(once, create_using=networkx.DiGraph)
    if graph.number_of_edges():
        assert reciprocity(once) == pytest.approx(networkx.overall_reciprocity(graph))


@given(CHAINS)
def test_every_pair_is_counted_once(drawn: tuple[int, list[int]]) -> None:
    size, chain = drawn
    matrix = followings(np.array(chain), size)
    pairs = Counter(itertools.pairwise(chain))
    assert matrix.sum() == len(chain) - 1
    assert {pair: matrix[pair] for pair in pairs} == pairs


TURNS = st.lists(
    st.tuples(st.integers(1, 4), st.none() | st.integers(1, 4)).filter(lambda t: t[0] != t[1]),
    min_size=2,
    max_size=25,
)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
@given(TURNS)
def test_shifts_are_those_of_parshift(turns: list[tuple[int, int | None]]) -> None:
    table = pandas.DataFrame(
        {
            "utterance_id": list(range(1, len(turns) + 1)),
            "speaker_id": [str(who) for who, _ in turns],
            "utterance": ["…"] * len(turns),
            "target_id": pandas.Series([to for _, to in turns], dtype=object),
        }
    )
    theirs = Counter(each for each in parshift.annotate(table)["pshift"] if each)
    assert shifts([who for who, _ in turns], [to for _, to in turns]) == theirs


@pytest.mark.parametrize("code", CLASSES)
def test_families_are_those_of_parshift(code: str) -> None:
    assert parshift.pshift_class(code) == f"Turn {CLASSES[code].capitalize()}"


def test_answers_leave_two_shifts_and_the_first() -> None:
    """F J1 F J2 F J3 J1 F as answers: J1→F after F→all is A0-XA; then back (AB-BA) or a third
    (AB-XA): F back, J2 third, F back, J3 third, J1 third, F third."""
    order = sequence.without_repeats(CHAIN).tolist()
    found = shifts(order, sequence.answers(CHAIN))
    assert found == {"A0-XA": 1, "AB-BA": 2, "AB-XA": 4}


def test_shifts_without_one_are_those_in_which_they_have_no_part() -> None:
    """Of F J1 F J2 F J3 J1 F none: F speaks or is addressed in each. J1→J2→J1 alone has one."""
    order = sequence.without_repeats(CHAIN)
    assert shifts(order.tolist(), sequence.answers(order), FACILITATOR) == {}
    order = np.array([0, 1, 2, 1])
    assert shifts(order.tolist(), sequence.answers(order), FACILITATOR) == {"AB-BA": 1}


@given(CHAINS, st.integers(0, 1))
def test_many_orders_at_once_are_as_one_by_one(drawn: tuple[int, list[int]], left_out: int) -> None:
    size, chain = drawn
    order = sequence.without_repeats(np.array(chain))
    orders, away = np.stack([order, order[::-1]]), np.arange(size) < left_out
    matrices = sequence.among(sequence.followings_of(orders, size), away)
    back, on = sequence.threes(orders, away)
    for place, each in enumerate(orders):
        matrix = sequence.among(followings(each, size), away)
        assert matrices[place].tolist() == matrix.tolist()
        found = shifts(each.tolist(), sequence.answers(each), away)
        assert (back[place], on[place]) == (found["AB-BA"], found["AB-XA"])
        assert sequence.reciprocities(matrices)[place] == pytest.approx(
            reciprocity(matrix), nan_ok=True
        )
        assert sequence.returns_of(orders, away)[place] == pytest.approx(
            returns(each, away), nan_ok=True
        )


@given(CHAINS)
def test_returns_are_the_shifts_that_go_back(drawn: tuple[int, list[int]]) -> None:
    chain = np.array(drawn[1])
    found = shifts(sequence.without_repeats(chain).tolist(), sequence.answers(chain))
    triples = found["AB-BA"] + found["AB-XA"]
    assert returns(chain) == pytest.approx(
        found["AB-BA"] / triples if triples else math.nan, nan_ok=True
    )
