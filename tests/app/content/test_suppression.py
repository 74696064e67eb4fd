"""What is shown to others gives nobody away."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.analysis.table import Flags, Ints
from app.content.suppression import FEWEST, follows, hidden, hidden_codes, says

answers = arrays(np.int64, st.integers(1, 8), elements=st.integers(0, 12))


@given(answers)
def test_no_hidden_answer_can_be_worked_out_from_the_sum(counts: Ints) -> None:
    """Who knows the sum and what is shown knows of each hidden answer only a range of numbers."""
    hide = hidden(counts)
    assert hide[(counts > 0) & (counts < FEWEST)].all()
    assert not hide.any() or hide.all() or not follows(counts[hide])


@given(st.lists(st.integers(1, 12), min_size=1, max_size=8))
def test_what_does_not_follow_may_be_several_numbers(counts: list[int]) -> None:
    """Each of them was given: the most that one can be is what the others leave, at one each."""
    if not follows(np.array(counts)):
        assert len(counts) > 1
        assert sum(counts) >= FEWEST
        assert sum(counts) - (len(counts) - 1) > 2


@given(arrays(np.int64, st.integers(1, 8), elements=st.one_of(st.just(0), st.integers(FEWEST, 90))))
def test_where_nothing_is_small_nothing_is_hidden(counts: Ints) -> None:
    assert not hidden(counts).any()


def test_with_small_answers_the_next_smallest_go() -> None:
    assert hidden(np.array([3, 20, 9])).tolist() == [True, False, True]
    assert hidden(np.array([1, 1, 20, 9])).tolist() == [True, True, False, True]
    assert hidden(np.array([2, 3, 20, 9])).tolist() == [True, True, False, False]


def there(cells: list[list[list[int]]]) -> Flags:
    """Of each row and code, who speaks."""
    found = np.zeros((len(cells), len(cells[0]), 30), dtype=np.bool_)
    for (i, j), people in ((at, cells[at[0]][at[1]]) for at in np.ndindex(found.shape[:2])):
        found[i, j, people] = True
    return found


NONE = np.zeros(3, dtype=np.bool_)
MANY, MORE, FEW = list(range(12)), list(range(20)), [1, 2]


def test_a_small_cell_takes_its_breakdown_and_another_codes_with_it() -> None:
    """Code 0 has two people in the second row. Alone it would be the row less the others; with code
    1, the smaller of those, it is not."""
    cells = there([[MANY, MANY, MORE], [FEW, MANY, MORE]])
    assert hidden_codes(cells, NONE).tolist() == [True, True, False]


def test_small_codes_together_must_be_five_people_in_each_row() -> None:
    cells = there([[FEW, MANY, MORE], [FEW, FEW, MORE]])
    assert hidden_codes(cells, NONE).tolist() == [True, True, True]


def test_where_all_are_many_nothing_is_hidden() -> None:
    cells = there([[MANY, MANY, MORE], [MANY, MANY, MORE]])
    assert not hidden_codes(cells, NONE).any()


def test_which_breakdown_says_another() -> None:
    """Groups down, meetings of the series across."""
    assert not says(np.array([[1, 1], [1, 1]], dtype=bool))
    assert says(np.array([[1, 0], [0, 1]], dtype=bool))
    assert says(np.array([[1, 1, 0], [0, 0, 1]], dtype=bool))
    assert not says(np.array([[1, 1, 0], [0, 1, 1]], dtype=bool))
    two_at_one = np.array([[1], [1]], dtype=bool)
    assert not says(two_at_one)  # each group is a part of the meeting
    assert says(two_at_one.T)  # and the meeting is both groups
