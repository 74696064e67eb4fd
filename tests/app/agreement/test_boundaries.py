"""Where turns begin and end by two: by hand, and what must hold of any segmentations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agreement.boundaries import TOLERANCE_MS, Lane, agreement, matched
from app.kit.intervals import Interval

LENGTH = 10_000


def one_lane(lane: Lane) -> tuple[float, float]:
    found, together = agreement(LENGTH, {"J1": lane})
    assert found["J1"] == together
    return together.alpha, together.f1


def test_an_edge_that_is_half_a_second_off_by_hand() -> None:
    """1–4 s and 1–4.5 s of ten, in ms; m − 1 = 1.
    ℓ: unit–unit 2·3000, gap–gap 2·(1000 + 5500), unit–gap 500 each way; in all 20 000.
    Margins: units 6500, gaps 13 500. Parts: 3000² + 3500² = 21 250 000; gaps 7000 + 6500 = 13 500.
    By chance alike: 20 000·(6500² + 13 500² − 21 263 500)/(20 000² − 21 263 500) = 10 732.34.
    |uα = 1 − 1000/(20 000 − 10 732.34) = .89210.
    F1: the beginnings are one, the ends lie 500 ms apart: 2·1/4."""
    lane = Lane([Interval(1_000, 4_000)], [Interval(1_000, 4_500)])
    by_chance = 20_000 * 203_236_500 / 378_736_500
    alpha, f1 = one_lane(lane)
    assert alpha == pytest.approx(1 - 1_000 / (20_000 - by_chance))
    assert alpha == pytest.approx(0.89210, abs=1e-5)
    assert f1 == 0.5


def test_within_the_tolerance_an_edge_is_the_same() -> None:
    assert one_lane(Lane([Interval(1_000, 4_000)], [Interval(1_150, 3_800)]))[1] == 1
    assert one_lane(Lane([Interval(1_000, 4_000)], [Interval(1_150, 3_799)]))[1] == 0.5


def test_the_same_turns_are_one_in_all() -> None:
    spans = [Interval(0, 900), Interval(1_500, 4_000), Interval(9_000, 10_000)]
    assert one_lane(Lane(spans, spans)) == pytest.approx((1, 1))


def test_one_turn_cut_in_two_is_seen_by_boundaries_alone() -> None:
    """No moment differs, but three beginnings and ends of six have no other: 2·2/6."""
    alpha, f1 = one_lane(Lane([Interval(0, 4_000)], [Interval(0, 2_000), Interval(2_000, 4_000)]))
    assert alpha == pytest.approx(1)
    assert f1 == pytest.approx(4 / 6)


def test_together_they_stand_one_after_another() -> None:
    """F1 on boundaries: J1 1 of 2 and 2, J2 2 of 2 and 2: 2·3/8. |uα as of one line of both."""
    first = Lane([Interval(1_000, 4_000)], [Interval(1_000, 4_500)])
    second = Lane([Interval(0, 2_000)], [Interval(0, 2_000)])
    _, together = agreement(LENGTH, {"J1": first, "J2": second})
    line = Lane(
        [*first.one, Interval(LENGTH, LENGTH + 2_000)],
        [*first.other, Interval(LENGTH, LENGTH + 2_000)],
    )
    _, joined = agreement(2 * LENGTH, {"all": line})
    assert together.f1 == joined.f1 == pytest.approx(6 / 8)
    assert together.alpha == pytest.approx(joined.alpha)
    assert together.turns == (2, 2)


def test_what_is_left_out_is_not_compared() -> None:
    """A turn of the one within it is gone; of the other's that crosses into it the rest counts, and
    the end inside is none."""
    lane = Lane(
        [Interval(1_000, 4_000), Interval(5_000, 6_000)],
        [Interval(1_000, 4_000), Interval(8_000, 9_500)],
        [Interval(5_000, 6_000), Interval(8_000, 9_500)],
    )
    assert one_lane(lane) == pytest.approx((1, 1))
    crossing = Lane([Interval(1_000, 4_000)], [Interval(1_000, 5_500)], [Interval(5_000, 6_000)])
    assert one_lane(crossing)[1] == pytest.approx(2 * 1 / 3)


def test_where_there_is_nothing_there_is_no_figure() -> None:
    found, together = agreement(LENGTH, {"J1": Lane([], []), "J2": Lane([Interval(0, 5)], [])})
    assert list(found) == ["J2"]
    assert together.matched == 0
    nothing, whole = agreement(LENGTH, {})
    assert nothing == {}
    assert np.isnan([whole.alpha, whole.f1]).all()


@given(st.lists(st.integers(0, 3_000), max_size=8), st.lists(st.integers(0, 3_000), max_size=8))
def test_no_more_can_be_matched(one: list[int], other: list[int]) -> None:
    """Against every way of pairing them, by the longest augmenting paths."""
    pairs: dict[int, int] = {}

    def found(here: int, seen: set[int]) -> bool:
        for there, moment in enumerate(other):
            if abs(moment - one[here]) <= TOLERANCE_MS and there not in seen:
                seen.add(there)
                if there not in pairs or found(pairs[there], seen):
                    pairs[there] = here
                    return True
        return False

    assert matched(one, other) == sum(found(here, set()) for here in range(len(one)))
