"""The axes of the picture: round steps that hold every value."""

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from app.linkage.charts import _short, _steps


@example([1e-05, -120_000.0])
@given(st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 6)), max_size=20))
def test_steps_are_few_and_even_and_hold_every_value(values: list[float]) -> None:
    steps = _steps(values)
    assert 2 <= len(steps) <= 9
    size = steps[1] - steps[0]
    assert all(abs(b - a - size) < 1e-9 for a, b in itertools.pairwise(steps))
    seen = 1e-8 * size  # what sticks out by less is no part of a pixel
    assert all(steps[0] - seen <= value <= steps[-1] + seen for value in values)


def test_steps_are_round() -> None:
    assert _steps([0, 0.034, 0.21]) == [0, 0.05, 0.1, 0.15, 0.2, 0.25]
    assert _steps([3]) == [3, 4]


def test_long_words_end_in_dots() -> None:
    assert (_short("vaihtelee", 9), _short("vaihtelee usein", 10)) == ("vaihtelee", "vaihtelee…")
