"""One axis: as a whole, code by code, and what was taken for what."""

import numpy as np
import pytest

from app.agreement.bootstrap import Estimate
from app.agreement.coefficients import Level, alpha
from app.agreement.measures import Confusion, Said, axis, reading, whole
from app.agreement.ratings import MISSING, count, ratings
from app.agreement.service import by_main
from app.codebooks.document import Axis, Code
from tests.fixtures.codebooks import nested

LEADING = [[0, 0], [0, 1], [1, 1], [2, MISSING], [1, 0], [2, 2]]


def said(multiple: bool = False) -> Said:
    leading = ratings(LEADING, 3)
    given = leading.values[:, :, None] == np.arange(3)
    if multiple:
        given[1, 0, 1] = True  # the first coder gave 1 beside 0 on the second turn
    return Said(leading, given)


def test_prevalence_and_agreement_of_each_code() -> None:
    """Five turns that two coded; 0 was given in 4 of 10 values, 1 in 4, 2 in 2."""
    found = axis(said())
    assert [code.prevalence for code in found.codes] == [0.4, 0.4, 0.2]
    assert [code.agreement.estimates["percent"].value for code in found.codes] == [0.6, 0.6, 1.0]
    assert found.codes[2].agreement.estimates["alpha"].value == pytest.approx(1)
    assert found.whole.units == 5
    assert found.whole.estimates["percent"].value == pytest.approx(3 / 5)


def test_a_code_that_stands_beside_the_leading_one_counts_for_itself_alone() -> None:
    found, plain = axis(said(multiple=True)), axis(said())
    assert found.whole == plain.whole
    assert found.codes[1].agreement.estimates["percent"].value == pytest.approx(0.8)


def test_what_was_taken_for_what_names_the_turns() -> None:
    assert axis(said()).confusions == (Confusion(0, 1, (1, 4)),)


def test_an_axis_in_order_has_its_own_alpha_too() -> None:
    assert "alpha_ordinal" not in axis(said()).whole.estimates
    found = axis(said(), in_order=3).whole.estimates
    assert set(found) == {"percent", "kappa", "alpha", "ac1", "alpha_ordinal"}
    own = float(alpha(count(ratings(LEADING, 3)).whole(), Level.ORDINAL)[0])
    assert found["alpha_ordinal"].value == pytest.approx(own)


def test_no_code_at_all_has_no_place_in_the_order() -> None:
    """Of three categories the last is none: what is left in order is five units of 0 and 1."""
    rows = [[0, 0], [0, 1], [1, 1], [MISSING, MISSING], [1, 0], [MISSING, MISSING]]
    own = float(alpha(count(ratings(rows, 2)).whole(), Level.ORDINAL)[0])
    found = axis(said(), in_order=2).whole.estimates
    assert found["alpha_ordinal"].value == pytest.approx(own)


def test_recordings_without_a_pair_are_not_drawn_from() -> None:
    rows = [[0, 0], [1, 0], [0, MISSING]]
    leading = ratings(rows, 2, [0, 1, 2])
    found = axis(Said(leading, leading.values[:, :, None] == np.arange(2)))
    assert found.whole.recordings == 2


NONE = float("nan")


@pytest.mark.parametrize(
    ("value", "low", "name"),
    [
        (0.8, NONE, "reliable"),
        (0.7, NONE, "tentative"),
        (0.6, NONE, "unreliable"),
        (0.95, 0.7, "tentative"),
        (0.95, 0.5, "unreliable"),
        (NONE, NONE, "undefined"),
    ],
)
def test_what_a_value_and_its_interval_allow(value: float, low: float, name: str) -> None:
    assert reading(Estimate(value, low, 1.0)) == name


def test_by_main_codes_what_stands_below_one_is_the_same() -> None:
    """Of `nested`: strain, workload, hours → strain; team → people; other; none. Two of six turns
    are taken for another main code: strain for people, and other for none."""
    rows = [[0, 1], [2, 1], [3, 0], [3, 3], [4, 5], [5, 5]]
    found = by_main(nested(), ratings(rows, 6))
    as_if = [[0, 0], [0, 0], [1, 0], [1, 1], [2, 3], [3, 3]]
    assert found is not None
    assert found == whole(ratings(as_if, 4))
    assert found.estimates["percent"].value == pytest.approx(4 / 6)
    fine = whole(ratings(rows, 6)).estimates["percent"].value
    assert fine == pytest.approx(2 / 6)


def test_who_was_not_asked_stays_missing_by_main_codes() -> None:
    found = by_main(nested(), ratings([[0, 1], [0, MISSING]], 6))
    assert found is not None
    assert found.units == 1


def test_without_a_tree_there_are_no_main_codes() -> None:
    assert by_main(Axis(codes=[Code(label="one")]), ratings(LEADING, 3)) is None
