"""All measures together: what changes when the facilitator is left out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from app.analysis import participation
from app.analysis.measures import measure, spread
from app.analysis.silence import Kind
from app.analysis.table import Ints, Talk
from app.kit.intervals import Interval
from tests.app.analysis.meetings import drawn, hand, in_turn, people, talk, talks


def test_both_sides_by_hand() -> None:
    """Changes of speaker F→J1→F→J2→J3→F; among the others only J2→J3, 1 s before J2 stops."""
    found = measure(hand(), drawn=19)

    everyone, others = found.everyone, found.others
    assert (everyone.people, others.people) == (5, 4)
    assert (everyone.turns, others.turns) == (7, 4)
    assert (everyone.talk_ms, others.talk_ms) == (21_300, 11_300)
    assert (everyone.backchannels, others.backchannels) == (1, 1)
    assert (everyone.timing["changes"], others.timing["changes"]) == (5, 1)
    silences = everyone.timing["silence"], others.timing["silence"]
    assert silences == pytest.approx((1.7 / 20, 1.7 / 10))
    assert everyone.order.reciprocity == pytest.approx(2 / 5)  # F→J1 and J1→F, of five
    assert others.order.reciprocity == 0
    assert everyone.order.returns == pytest.approx(1 / 4)  # F J1 F, of four threes
    assert np.isnan(others.order.returns)  # no three without the facilitator
    assert found.star == pytest.approx(4 / 5)
    assert everyone.passages[Kind.GAP].count == 3
    assert everyone.passages[Kind.GAP].quartiles_ms == (250, 850)  # of 0, 0.5 and 1.2 s
    assert [kind for kind, each in others.passages.items() if each.count] == [Kind.OVERLAP_BETWEEN]


def test_overlap_beside_chance_by_hand() -> None:
    """Everybody there for 20 s but J3, for 5 s from 10 to 15: they speak for 0.5, 0.25, 0.205,
    0.56 (of those 5 s) and 0 of their time. In 15 s of 20 several speak with 1 − 0.5·0.75·0.795 −
    0.5·0.75·0.795 − 0.5·0.25·0.795 − 0.5·0.75·0.205; in 5 s with J3 besides."""
    q = np.array([10_000, 5_000, 4_100]) / 20_000

    def several(*parts: float) -> float:
        silent = np.prod([1 - part for part in parts])
        return float(1 - silent - sum(silent * part / (1 - part) for part in parts))

    chance = 0.75 * several(*q) + 0.25 * several(*q, 2_800 / 5_000)
    found = measure(hand(), drawn=0, orders=False)
    assert found.everyone.comparable["overlap_to_chance"] == pytest.approx(3.6 / 20 / chance)
    chance = 0.75 * several(*q[1:]) + 0.25 * several(*q[1:], 2_800 / 5_000)
    assert found.others.comparable["overlap_to_chance"] == pytest.approx(0.16 / chance)


ROUND = [0, 1, 2, 1, 3, 0, 2, 3, 2, 0]
"""F J1 J2 J1 J3 F J2 J3 J2 F"""


def test_the_order_without_the_facilitator_by_hand() -> None:
    """Straight from one of the others to another: J1→J2, J2→J1, J1→J3, J2→J3, J3→J2; never J3→J2
    across F's turn.

    Expected, with rows of 2, 2, 1 and columns of 1, 2, 2 (J1, J2, J3): let J1→J2 be t. Then J1→J3
    is 2 − t, J3→J2 is 2 − t, J3→J1 is t − 1, J2→J1 is 2 − t, J2→J3 is t. In the form aᵢ·bⱼ
    (J1→J2)(J2→J3)(J3→J1) = (J1→J3)(J3→J2)(J2→J1): t²(t − 1) = (2 − t)³, which t = 1.2581 solves.
    """
    found = measure(in_turn(ROUND), drawn=19)
    order = found.others.order

    assert order.followings.tolist() == [
        [0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0],
    ]  # fmt: skip
    assert order.row_shares[1].tolist() == [0, 0, 1 / 2, 1 / 2]
    assert order.row_shares[3].tolist() == [0, 0, 1, 0]
    t = 1.2581
    assert order.expected[1:, 1:].ravel() == pytest.approx(
        [0, t, 2 - t, 2 - t, 0, t, t - 1, 2 - t, 0], abs=1e-3
    )
    assert found.everyone.order.followings.sum() == 9
    # J1 J2 J1 and J2 J3 J2 go back, J2 J1 J3 goes on; all other threes, and the first, have F.
    assert order.shifts == {"AB-BA": 2, "AB-XA": 1}
    assert found.everyone.order.shifts == {"A0-XA": 1, "AB-BA": 2, "AB-XA": 6}


def test_cells_and_shifts_have_their_chance_on_both_sides() -> None:
    found = measure(drawn(3, turns=120), drawn=99)
    for side in (found.everyone, found.others):
        cells = side.order.cells
        assert cells is not None
        assert (cells.low <= cells.mean).all()
        assert (cells.mean <= cells.high).all()
        assert ((cells.p > 0) & (cells.p <= 1)).all()
        for code in ("AB-BA", "AB-XA"):
            assert side.chance[f"shift_{code}"].observed == side.order.shifts[code]
    others = found.others.order.cells
    assert others is not None
    assert others.high[0].tolist() == others.high[:, 0].tolist() == [0] * 5, "the facilitator's"


def test_who_goes_back_and_forth_does_so_beyond_chance() -> None:
    """Two who answer each other while two others do: F and J1 cannot by chance."""
    found = measure(in_turn([0, 1] * 20 + [2, 3] * 20))
    cells = found.everyone.order.cells
    assert cells is not None
    assert cells.p[0, 1] == pytest.approx(2 / 500)
    assert found.everyone.order.followings[0, 1] == 20 > cells.high[0, 1]
    assert found.everyone.chance["shift_AB-BA"].p == pytest.approx(2 / 500)


def test_each_part_has_its_chance() -> None:
    """Two halves, each held by one: more uneven than any draw of ten turns among four."""
    found = measure(in_turn([1] * 10 + [2] * 10))
    for _, even, chance in found.everyone.over_time:
        assert (even.gini_rescaled, chance.observed) == (1, 1)
        assert chance.high < 1
        assert chance.p < 0.01


CUT = Interval(9_200, 1_209_200)


def cut_open(table: Talk) -> Talk:
    """The meeting by hand with twenty minutes of which nothing was recorded, between F's last word
    (9 s) and J2's first (9.5 s)."""
    late = CUT.end_ms - CUT.start_ms

    def moved(times: Ints) -> Ints:
        return np.where(times > CUT.start_ms, times + late, times)

    def parts(stay: Interval) -> list[Interval]:
        if stay.start_ms > CUT.start_ms:
            return [Interval(stay.start_ms + late, stay.end_ms + late)]
        return [Interval(stay.start_ms, CUT.start_ms), Interval(CUT.end_ms, stay.end_ms + late)]

    return replace(
        table,
        people=tuple(
            replace(person, stays=tuple(part for stay in person.stays for part in parts(stay)))
            for person in table.people
        ),
        length_ms=table.length_ms + late,
        start_ms=moved(table.start_ms),
        end_ms=moved(table.end_ms),
        unrecorded=(CUT,),
    )


def test_what_was_not_recorded_changes_no_figure() -> None:
    """But for F→J2: that gap of 500 ms was never recorded whole."""
    before, after = (measure(table, drawn=0, orders=False) for table in (hand(), cut_open(hand())))

    assert after.parts == before.parts
    for name in ("silence", "single", "overlap", "longest_silence_ms"):
        assert after.everyone.timing[name] == before.everyone.timing[name]
        assert after.others.timing[name] == before.others.timing[name]
    assert before.everyone.timing["longest_silence_ms"] == 1_200
    overlaps = [each.everyone.comparable["overlap_to_chance"] for each in (before, after)]
    assert overlaps[1] == pytest.approx(overlaps[0])
    assert after.everyone.balance == before.everyone.balance
    assert after.everyone.timing["changes"] == before.everyone.timing["changes"] == 5
    assert after.star == before.star
    # of -500, 0, 500, -1,000 and 1,200 without 500
    medians = [each.everyone.timing["offset_median_ms"] for each in (before, after)]
    assert medians == [0, -250]
    gaps = [each.everyone.passages[Kind.GAP] for each in (before, after)]
    assert [gap.count for gap in gaps] == [3, 2]
    assert gaps[1].median_ms == 600  # of 0 and 1,200


def test_a_part_of_which_nothing_was_recorded_has_no_balance() -> None:
    found = measure(cut_open(hand()), drawn=1, orders=False)
    evens = [even for _, even, _ in found.everyone.over_time]
    assert [even.people for even in evens] == [4, 5]
    whole = replace(cut_open(hand()), unrecorded=(Interval(0, 1_220_000),))
    silent = replace(whole, people=tuple(replace(p, stays=()) for p in whole.people))
    found = measure(silent, drawn=1, orders=False)
    assert all(np.isnan(even.gini) for _, even, _ in found.everyone.over_time)


def test_spread_by_hand() -> None:
    found = spread(np.array([100, 200, 300, 400, 1_000]))
    assert (found.count, found.median_ms, found.quartiles_ms) == (5, 300, (200, 400))
    assert spread(np.zeros(0, dtype=np.int64)).median_ms is None


def test_nothing_said_can_be_measured() -> None:
    found = measure(talk(people(3, 60_000), 60_000, []), drawn=9)
    assert found.everyone.timing["silence"] == 1
    assert np.isnan(found.everyone.comparable["overlap_to_chance"])
    assert np.isnan(found.star)
    assert found.everyone.turns == 0


@settings(max_examples=30, deadline=None)
@given(talks())
def test_any_meeting_can_be_measured(table: Talk) -> None:
    found = measure(table, drawn=9)
    assert found.everyone.turns >= found.others.turns
    for name in ("interruptions", "succeeded", "dual_starts", "gap_count", "longest_silence_ms"):
        assert found.everyone.timing[name] >= found.others.timing[name]
    for side in (found.everyone, found.others):
        assert all(np.isnan(c.p) or 0 < c.p <= 1 for c in side.chance.values())


def test_what_is_made_comparable_has_the_chance_of_what_it_is_made_of() -> None:
    found = measure(drawn(3, turns=60), drawn=99)
    for side in (found.everyone, found.others):
        for name, figure in (
            ("overlap_to_chance", "overlap"),
            ("largest_share_to_even", "largest_share"),
            ("returns_to_even", "returns"),
            ("turned_back_per_hour", "shift_AB-BA"),
            ("interruptions_per_hour", "interruptions"),
        ):
            assert side.chance[name].observed == side.comparable[name]
            assert side.chance[name].p == side.chance[figure].p
            assert (side.drawn[name] > side.chance[name].observed).tolist() == (
                side.drawn[figure] > side.chance[figure].observed
            ).tolist()
    assert found.star_chance["star_to_chance"].p == found.star_chance["star"].p


def test_another_meeting_has_a_chance_of_its_own() -> None:
    """The same turns under another number: other draws, of all that is drawn."""
    first, same, other = (measure(replace(hand(), number=n), drawn=99) for n in (1, 1, 2))
    for name in ("gini", "reciprocity", "overlap", "shift_AB-BA"):
        drawn_of = [each.everyone.drawn[name].tolist() for each in (first, same, other)]
        assert drawn_of[0] == drawn_of[1] != drawn_of[2]
    assert first.star_drawn["star"].tolist() != other.star_drawn["star"].tolist()


def test_orders_can_be_left_out() -> None:
    found = measure(drawn(2, turns=40), orders=False)
    assert found.everyone.order.cells is None
    alone = {*participation.WEIGHED, "largest_share_to_even"}
    assert set(found.everyone.chance) == alone
    assert np.isnan(found.star_chance["star"].p)
    assert not np.isnan(found.star)
