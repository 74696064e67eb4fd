"""What is shown to others gives nobody away."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.analysis.table import Flags, Ints
from app.content.suppression import FEWEST, hidden, hidden_codes, says

shapes = array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6)


@given(arrays(np.int64, shapes, elements=st.integers(0, 40)))
def test_no_hidden_cell_can_be_worked_out_from_a_sum(counts: Ints) -> None:
    hide = hidden(counts)
    assert hide[(counts > 0) & (counts < FEWEST)].all()
    assert not (hide.sum(axis=1) == 1).any()
    assert not (hide.sum(axis=0) == 1).any()


@given(arrays(np.int64, shapes, elements=st.one_of(st.just(0), st.integers(FEWEST, 90))))
def test_where_nothing_is_small_nothing_is_hidden(counts: Ints) -> None:
    assert not hidden(counts).any()


def test_with_a_small_cell_its_smallest_neighbours_go() -> None:
    counts = np.array([[3, 20, 9], [30, 40, 50], [11, 60, 70]])
    assert hidden(counts).tolist() == [
        [True, False, True],
        [False, False, False],
        [True, False, True],
    ]


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
