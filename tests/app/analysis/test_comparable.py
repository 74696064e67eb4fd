"""What stays the same in groups of any size and meetings of any length if nothing else differs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis import comparable, null, shifted
from app.analysis.figures import values
from app.analysis.measures import Side, measure
from app.analysis.table import Person, Talk
from app.kit.intervals import Interval
from tests.app.analysis.meetings import drawn, hand, people, talk


def stayed(*seconds: int) -> Talk:
    """The first is the facilitator."""
    there = [
        Person(f"P{n}", n == 0, (Interval(0, 1_000 * each),)) for n, each in enumerate(seconds)
    ]
    return talk(there, 1_000 * max(seconds), [])


@given(st.integers(2, 12), st.integers(1, 900))
def test_an_equal_of_n_has_two_of_n_changes(count: int, seconds: int) -> None:
    assert comparable.star_by_chance(stayed(*[seconds] * count)) == pytest.approx(2 / count)


def test_one_who_is_there_longer_has_more_of_them() -> None:
    """Weights ½, ¼, ¼: pairs 2·(⅛ + ⅛ + 1/16) = ⅝, without the first 2/16: 1 − (2/16)/(10/16)."""
    assert comparable.star_by_chance(stayed(20, 10, 10)) == pytest.approx(4 / 5)
    assert np.isnan(comparable.star_by_chance(stayed(20)))


@given(st.lists(st.integers(100, 1_000), min_size=3, max_size=7))
def test_it_is_what_the_null_draws(seconds: list[int]) -> None:
    table = stayed(*seconds)
    under = null.stars(table, 200, 200)
    assert under.mean() == pytest.approx(comparable.star_by_chance(table), abs=0.02)


def test_of_the_meeting_by_hand() -> None:
    """Largest of five shares over a fifth, of four over a quarter; one return of four threes times
    four others; two interruptions tried and one that succeeded, five changes, and of four shifts
    one back, in 20 s."""
    found = measure(hand(), drawn=0, orders=False)
    everyone, others = found.everyone, found.others
    told = dict(everyone.comparable)
    by_chance = shifted.independent(hand())[0]
    assert told.pop("overlap_to_chance") == pytest.approx(everyone.timing["overlap"] / by_chance)
    assert told == {
        "largest_share_to_even": 5 * everyone.balance.largest_share,
        "returns_to_even": pytest.approx(1),
        "changes_per_hour": 5 * 180,
        "interruptions_per_hour": 2 * 180,
        "succeeded_per_hour": 180,
        "dual_starts_per_hour": 0,
        "turned_back_per_hour": 180,
        "third_came_in_per_hour": 3 * 180,
    }
    assert others.comparable["largest_share_to_even"] == 4 * others.balance.largest_share
    star = comparable.star_by_chance(hand())
    assert found.star_to_chance == pytest.approx(4 / 5 / star)
    named = values(found)
    assert named["whole", "star_to_chance"] == pytest.approx(found.star_to_chance)
    assert named["with", "interruptions_per_hour"] == 360


def test_groups_of_any_size_in_which_all_do_the_same_are_told_alike() -> None:
    """Anyone goes on: of four and of ten people, for one time and for four times as long."""
    small, large = (measure(drawn(2, n, 60 * n), drawn=0, orders=False) for n in (4, 10))
    assert large.star < 0.6 * small.star
    assert large.star_to_chance == pytest.approx(small.star_to_chance, rel=0.15)
    assert large.everyone.order.returns < 0.6 * small.everyone.order.returns
    assert _of("returns_to_even", large.everyone) == pytest.approx(1, abs=0.25)
    assert _of("returns_to_even", small.everyone) == pytest.approx(1, abs=0.25)
    short, long = (measure(drawn(2, 4, turns), drawn=0, orders=False) for turns in (200, 800))
    assert long.everyone.timing["changes"] > 3 * short.everyone.timing["changes"]
    assert _of("changes_per_hour", long.everyone) == pytest.approx(
        _of("changes_per_hour", short.everyone), rel=0.1
    )


def _of(name: str, side: Side) -> float:
    return side.comparable[name]


def test_without_time_and_people_there_is_nothing_to_compare() -> None:
    found = measure(talk(people(1, 0), 0, []), drawn=0, orders=False)
    assert np.isnan(found.star_to_chance)
    assert np.isnan(list(found.everyone.comparable.values())).all()
