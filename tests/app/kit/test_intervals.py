"""Stretches of time, against the same ms one by one."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.kit.intervals import Interval, common, merged, minus, ms_after

moments = st.integers(0, 30)
parts = st.lists(st.tuples(moments, moments).map(lambda two: Interval(min(two), max(two))))


def each_ms(intervals: Iterable[tuple[int, int]]) -> set[int]:
    return {ms for start, end in intervals for ms in range(start, end)}


@given(parts, parts)
def test_what_is_taken_away_and_what_is_left(some: list[Interval], others: list[Interval]) -> None:
    assert each_ms(minus(some, others)) == each_ms(some) - each_ms(others)
    for part in some:
        assert each_ms(common(part, others)) == each_ms([part]) & each_ms(others)


@given(parts)
def test_merged_is_the_same_time_in_order_and_apart(some: list[Interval]) -> None:
    found = merged(some)
    assert each_ms(found) == each_ms(some)
    assert all(start < end for start, end in found)
    assert all(one.end_ms < other.start_ms for one, other in pairwise(found))


def test_ms_after_counts_whole_ms() -> None:
    zero = datetime(2026, 11, 26, tzinfo=UTC)
    assert ms_after(zero, zero + timedelta(milliseconds=1, microseconds=900)) == 1
    assert ms_after(zero, zero - timedelta(seconds=2)) == -2_000
