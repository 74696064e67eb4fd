"""What goes together and what follows: by hand, and against scipy."""

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import contingency

from app.analysis.table import Floats
from app.content.effects import successions as depends
from app.content.relations import expected, successions, together
from app.content.table import Coded
from tests.app.content.tables import drawn, hand, tables


def test_together_by_hand() -> None:
    """Six coded turns: 0 on three, 1 on three, both on one; Jaccard 1/5. Of the five of group 0
    expected 3·3/5; group 1 has neither code."""
    given_ = hand().given
    found = together(given_, given_, hand().group)
    assert (found.counts[0, 1], found.counts[1, 0], found.counts[0, 0]) == (1, 1, 3)
    assert found.expected[0, 1] == pytest.approx(9 / 5)
    assert found.jaccard[0, 1] == pytest.approx(1 / 5)
    assert found.jaccard[0, 2] == 0


def test_what_nobody_coded_breaks_the_chain() -> None:
    """Meeting 0: 0 → 1, then nothing across the uncoded turn; meeting 1: 1 → 0; none between
    meetings."""
    found = successions(hand())
    assert found[0].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert not found[1].any()


def yules_q(counts: Floats) -> Floats:
    return np.array([[each.size.value for each in row] for row in depends(counts)])


def test_yules_q_by_hand() -> None:
    """a 10, b 5, c 2, d 8: (80 − 10)/(80 + 10) = .7778."""
    assert yules_q(np.array([[[10.0, 5.0], [2.0, 8.0]]]))[0, 0] == pytest.approx(70 / 90)


def test_two_codes_of_one_group_go_together_no_more_than_its_turns_make_them() -> None:
    """Group 0 has both codes on half of its turns, each by itself; group 1 has neither. On one heap
    25 turns with both would be expected by 12.5."""
    one = np.array([[True, True, False]] * 25 + [[True, False, False], [False, True, False]] * 25
                   + [[False, False, True]] * 125)  # fmt: skip
    found = together(one, one, np.repeat([0, 1], 100))
    assert (found.counts[0, 1], found.expected[0, 1]) == (25, pytest.approx(25))


def test_expected_as_scipy_has_it() -> None:
    counts = np.array([[10.0, 5.0, 1.0], [2.0, 8.0, 4.0]])
    assert expected(counts) == pytest.approx(contingency.expected_freq(counts))


@given(tables())
def test_q_lies_between_and_is_zero_where_nothing_depends(coded: Coded) -> None:
    found = yules_q(successions(coded))
    known = found[~np.isnan(found)]
    assert ((known >= -1) & (known <= 1)).all()
    independent = np.outer([1.0, 2.0, 3.0], [4.0, 1.0, 5.0])
    assert yules_q(independent[None]) == pytest.approx(np.zeros((3, 3)), abs=1e-12)


@given(tables())
def test_as_many_successions_as_coded_neighbours(coded: Coded) -> None:
    pairs = sum(
        coded.meeting[n] == coded.meeting[n + 1] and coded.is_coded[n] and coded.is_coded[n + 1]
        for n in range(len(coded.meeting) - 1)
    )
    assert successions(coded).sum() == pairs


def test_codes_by_chance_follow_by_chance() -> None:
    assert np.abs(yules_q(successions(drawn(8, 0.0, meetings=12)))).max() < 0.12
