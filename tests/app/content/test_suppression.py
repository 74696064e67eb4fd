"""What is shown to others gives nobody away."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.analysis.table import Ints
from app.content.suppression import FEWEST, hidden

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
