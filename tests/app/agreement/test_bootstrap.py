"""Intervals: seeded, by recording, and honest about how little there is."""

import tracemalloc

import numpy as np
import pytest

from app.agreement import bootstrap
from app.agreement.bootstrap import DRAWN, FEWEST, estimate, estimates, times_drawn
from app.agreement.coefficients import alpha, kappa, percent
from app.agreement.ratings import Floats, Ratings, count, ratings


def coded(recordings: int, agreeing: float = 0.8, seed: int = 1) -> Ratings:
    dice = np.random.default_rng(seed)
    truth = dice.integers(0, 3, recordings * 20)
    other = np.where(dice.random(len(truth)) < agreeing, truth, (truth + 1) % 3)
    rows = np.stack([truth, other], axis=1)
    return ratings(rows.tolist(), 3, np.repeat(np.arange(recordings), 20).tolist())


def test_few_recordings_get_a_value_and_no_interval() -> None:
    counts = count(coded(FEWEST - 1))
    found = estimate(lambda rows: alpha(counts.drawn(rows)), times_drawn(FEWEST - 1))
    assert 0 < found.value < 1
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_the_interval_holds_the_value_and_is_the_same_each_time() -> None:
    counts = count(coded(12))
    one, other = (
        estimate(lambda rows: alpha(counts.drawn(rows)), times_drawn(12)) for _ in range(2)
    )
    assert one == other
    assert one.low < one.value < one.high


def test_a_draw_is_the_table_with_recordings_repeated() -> None:
    """Recording 0 twice, 1 not at all, 2 once: as if its turns stood there twice."""
    table = coded(3)
    times = np.array([[2.0, 0.0, 1.0]])
    rows = np.concatenate([table.values[:20], table.values[:20], table.values[40:]])
    repeated = count(ratings(rows.tolist(), 3)).whole()
    for coefficient in (alpha, percent):
        drawn = coefficient(count(table).drawn(times))
        assert drawn[0] == pytest.approx(coefficient(repeated)[0])


def test_however_many_draws_are_looked_at_together_the_values_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = count(coded(12))
    together = estimate(lambda rows: alpha(counts.drawn(rows)), times_drawn(12), counts.width)
    monkeypatch.setattr(bootstrap, "AT_ONCE", 7 * counts.width)
    apart = estimate(lambda rows: alpha(counts.drawn(rows)), times_drawn(12), counts.width)
    assert apart == pytest.approx(together, abs=1e-12)


def test_hundreds_of_codes_take_no_gigabytes() -> None:
    """Of an open codebook: a draw of its coincidences is a table of 300 by 300."""
    dice = np.random.default_rng(3)
    rows = dice.integers(0, 300, (400, 3))
    counts = count(ratings(rows.tolist(), 300, np.repeat(np.arange(8), 50).tolist()))

    def both(times: Floats) -> Floats:
        drawn = counts.drawn(times)
        return np.stack([kappa(drawn), alpha(drawn)], axis=1)

    tracemalloc.start()
    try:
        found = estimates(both, times_drawn(8), counts.width)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert all(each.low < each.value < each.high for each in found)
    assert peak < 100_000_000


def test_more_recordings_make_it_narrower() -> None:
    def width(recordings: int) -> float:
        counts = count(coded(recordings))
        found = estimate(lambda rows: alpha(counts.drawn(rows)), times_drawn(recordings))
        return found.high - found.low

    assert width(40) < width(6)


def test_recordings_that_are_all_good_or_all_bad_make_it_wide() -> None:
    """What drawing turns would hide: half of the recordings agree on nothing."""
    good, bad = coded(6, agreeing=1.0), coded(6, agreeing=0.0, seed=2)
    rows = [*good.values.tolist(), *bad.values.tolist()]
    mixed = count(ratings(rows, 3, np.repeat(np.arange(12), 20).tolist()))
    even = count(coded(12, agreeing=0.5))
    widths = []
    for counts in (mixed, even):
        found = estimate(lambda rows, of=counts: percent(of.drawn(rows)), times_drawn(12))
        widths.append(found.high - found.low)
    assert widths[0] > 2 * widths[1]


def test_a_code_that_most_resamples_miss_has_no_interval() -> None:
    rows = [[0, 0]] * 100
    rows[3] = [1, 1]
    counts = count(ratings(rows, 2, np.repeat(np.arange(10), 10).tolist()))
    found = estimate(lambda times: alpha(counts.drawn(times)), times_drawn(10))
    assert found.value == pytest.approx(1)
    assert np.isnan(found.low)


def test_where_every_resample_says_the_same_there_is_no_interval() -> None:
    """Coders who never differed are known to be alike in what they coded, not to be infallible; and
    rounding makes no interval either."""
    counts = count(coded(12, agreeing=1))
    for coefficient in (alpha, percent):
        found = estimate(lambda rows, of=coefficient: of(counts.drawn(rows)), times_drawn(12))
        assert found.value == 1
        assert np.isnan([found.low, found.high]).all()
    tenths = np.full(12, 0.1)
    even = estimate(lambda rows: rows @ tenths / rows.sum(axis=1), times_drawn(12))
    assert even.value == pytest.approx(0.1)
    assert np.isnan([even.low, even.high]).all()


def test_one_difference_in_all_makes_an_interval() -> None:
    table = coded(12, agreeing=1)
    table.values[0, 0] = (table.values[0, 1] + 1) % 3
    counts = count(table)
    found = estimate(lambda rows: percent(counts.drawn(rows)), times_drawn(12))
    assert found.low < found.value < found.high == 1


def test_each_resample_has_as_many_recordings() -> None:
    times = times_drawn(9)
    assert times.shape == (DRAWN, 9)
    assert set(times.sum(axis=1)) == {9.0}
