"""The figures of timing: by hand on both sides, and of many meetings at once as of each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis import timing
from app.analysis.table import Rows, Talk
from tests.app.analysis.meetings import alike, hand, people, talk


def test_both_sides_by_hand() -> None:
    """Changes F→J1 −0.5, J1→F 0, F→J2 0.5, J2→J3 −1, J3→F 1.2 s: the middle one is 0, two of five
    overlap. Straight between two of the others goes J2→J3 alone. Gaps of 0, 0.5 and 1.2 s; J3
    interrupts J2 and gets the floor, J1 interrupts F and does not."""
    everyone, others = (
        {name: float(value[0]) for name, value in side.items()}
        for side in timing.figures(hand().rows(), hand())
    )
    wanted = {
        "changes": (5, 1),
        "offset_median_ms": (0, -1_000),
        "overlapping": (2 / 5, 1),
        "interruptions": (2, 1),
        "succeeded": (1, 1),
        "dual_starts": (0, 0),
        "gap_count": (3, 0),
        "gap_median_ms": (500, np.nan),
        "overlap_between_count": (2, 1),
        "overlap_between_median_ms": (750, 1_000),
        "overlap_within_count": (1, 0),
        "longest_silence_ms": (1_200, 0),
        "silence": (1.7 / 20, 1.7 / 10),
        "overlap": (3.6 / 20, 1.6 / 10),
    }
    for name, pair in wanted.items():
        assert (everyone[name], others[name]) == pytest.approx(pair, nan_ok=True), name


def test_who_begins_together_with_the_facilitator_does_not_so_among_the_others() -> None:
    """J1 and J2 within 200 ms; then F and J1 within 100 ms."""
    rows = [(1, 0, 2_000, False), (2, 200, 1_000, False)]
    rows += [(0, 5_000, 7_000, False), (1, 5_100, 6_000, False)]
    everyone, others = timing.figures((table := talk(people(3, 9_000), 9_000, rows)).rows(), table)
    assert (everyone["dual_starts"], others["dual_starts"]) == (2, 1)


@settings(max_examples=30, deadline=None)
@given(alike())
def test_of_many_meetings_each_is_told_as_if_it_were_alone(tables: list[Talk]) -> None:
    columns = zip(*(table.rows() for table in tables), strict=True)
    together = timing.figures(Rows(*(np.concatenate(column) for column in columns)), tables[0])
    for place, table in enumerate(tables):
        for one, all_ in zip(timing.figures(table.rows(), table), together, strict=True):
            for name, value in one.items():
                assert value[0] == pytest.approx(all_[name][place], nan_ok=True), name


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-9_000, 9_000)), max_size=40))
def test_medians_are_those_of_each_group(pairs: list[tuple[int, int]]) -> None:
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    found = timing.medians(columns[0], columns[1], 5)
    for group, median in enumerate(found.tolist()):
        own = [value for number, value in pairs if number == group]
        assert median == pytest.approx(np.median(own) if own else np.nan, nan_ok=True)
