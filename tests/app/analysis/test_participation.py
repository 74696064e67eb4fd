"""Talk time, shares and balance, against sums by hand and against the definitions."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis import participation
from app.analysis.participation import balance, balance_of, entropy, gini, over_time
from app.analysis.table import Person, Talk
from app.kit.intervals import Interval
from tests.app.analysis.meetings import drawn, hand, people, talk, talks

AMOUNTS = st.lists(st.integers(0, 10_000), min_size=2, max_size=12).filter(any)


def test_everybodys_part_by_hand() -> None:
    """F1 4 + 2 + 4 = 10 s; J1 3.5 + 1.5 = 5; J2 3.5; J3 2.8; J4 0. Together 21.3 s.

    J3 was there for 5 of 20 s. Rates: .5, .25, .175, .56, 0; their sum 1.485.
    """
    f1, j1, j2, j3, j4 = participation.participation(hand())

    assert [p.talk_ms for p in (f1, j1, j2, j3, j4)] == [10_000, 5_000, 3_500, 2_800, 0]
    assert [p.share for p in (f1, j1, j2, j3, j4)] == pytest.approx(
        [10 / 21.3, 5 / 21.3, 3.5 / 21.3, 2.8 / 21.3, 0]
    )
    assert [p.weighted_share for p in (f1, j1, j2, j3, j4)] == pytest.approx(
        [0.5 / 1.485, 0.25 / 1.485, 0.175 / 1.485, 0.56 / 1.485, 0]
    )
    assert [p.turns for p in (f1, j1, j2, j3, j4)] == [3, 2, 1, 1, 0]
    assert f1.turns_per_minute == pytest.approx(9)  # 3 in a third of a minute
    assert j3.turns_per_minute == pytest.approx(12)  # 1 in a twelfth
    assert f1.mean_ms == pytest.approx(10_000 / 3)
    assert f1.median_ms == 4_000
    # deviations 2/3, −4/3, 2/3 s; squares 4/9 + 16/9 + 4/9 = 24/9; over 2: 4/3
    assert f1.sd_ms == pytest.approx(1_000 * math.sqrt(4 / 3))
    assert f1.quartiles_ms == (3_000, 4_000)  # of 2, 4, 4 s: halfway 2–4, and 4
    assert (f1.longest_ms, j3.longest_ms, j4.longest_ms) == (4_000, 2_800, None)
    assert (f1.first_turn_ms, j2.first_turn_ms, j4.first_turn_ms) == (0, 9_500, None)
    assert j3.first_turn_ms == 2_000  # came at 10 s, spoke at 12 s
    assert (j2.sd_ms, j4.sd_ms, j4.mean_ms) == (None, None, None)
    assert (j2.backchannels_given, j1.backchannels_received) == (1, 1)
    assert sum(p.backchannels_received for p in (f1, j2, j3, j4)) == 0


def test_who_was_never_there_has_no_part_in_the_balance() -> None:
    absent = Person("J9", False, ())
    table = hand()
    with_absent = Talk(
        (*table.people, absent),
        table.length_ms,
        table.speaker,
        table.start_ms,
        table.end_ms,
        table.is_backchannel,
    )
    assert balance(with_absent) == balance(table)


def test_the_balance_by_hand() -> None:
    """Rates .5, .25, .175, .56, 0 of five people; sorted 0, .175, .25, .5, .56.

    Σ (2i − 6)·x = −4·0 − 2·.175 + 0·.25 + 2·.5 + 4·.56 = 2.89; over 5 · 1.485 = 7.425.
    """
    found = balance(hand())

    assert found.people == 5
    assert found.gini == pytest.approx(2.89 / 7.425)
    assert found.gini_rescaled == pytest.approx(2.89 / 7.425 * 5 / 4)
    assert found.largest_share == pytest.approx(0.56 / 1.485)
    shares = [0.5 / 1.485, 0.25 / 1.485, 0.175 / 1.485, 0.56 / 1.485]
    assert found.entropy == pytest.approx(-sum(p * math.log(p) for p in shares) / math.log(5))


def test_the_balance_without_the_facilitator_by_hand() -> None:
    """Rates .25, .175, .56, 0; sorted 0, .175, .25, .56. Σ (2i − 5)·x = −3·0 − .175 + .25 + 3·.56
    = 1.755; over 4 · .985 = 3.94."""
    found = balance(hand().without(hand().facilitators))

    assert found.people == 4
    assert found.gini == pytest.approx(1.755 / 3.94)


@pytest.mark.parametrize(
    ("amounts", "raw", "rescaled", "even"),
    [
        ([3, 3, 3, 3], 0, 0, 1),
        ([0, 0, 0, 8], 3 / 4, 1, 0),  # one of four: (n − 1)/n
        ([0, 0, 0, 0, 0, 5], 5 / 6, 1, 0),  # the same in a larger group
        ([1, 3], 1 / 4, 1 / 2, 0.8112781),  # |1 − 3|·2 over 2·2²·2; H(¼) = .8113 bits
    ],
)
def test_ends_of_the_scales(amounts: list[int], raw: float, rescaled: float, even: float) -> None:
    found = balance_of(np.array(amounts))
    assert (found.gini, found.gini_rescaled) == pytest.approx((raw, rescaled))
    assert found.entropy == pytest.approx(even)


def test_nothing_said_has_no_balance() -> None:
    for amounts in ([0, 0, 0], [5], []):
        found = balance_of(np.array(amounts, dtype=np.int64))
        assert math.isnan(found.gini)
        assert math.isnan(found.entropy)


@given(AMOUNTS)
def test_gini_is_half_the_mean_difference_of_all_pairs(amounts: list[int]) -> None:
    count, mean = len(amounts), sum(amounts) / len(amounts)
    pairs = sum(abs(a - b) for a in amounts for b in amounts)
    assert gini(np.array(amounts)) == pytest.approx(pairs / (2 * count**2 * mean), abs=1e-9)


@given(AMOUNTS, st.randoms(), st.integers(2, 9))
def test_neither_order_nor_unit_matters_to_balance(
    amounts: list[int], dice: object, factor: int
) -> None:
    shuffled = list(amounts)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    first, other = np.array(amounts), np.array(shuffled) * factor
    assert gini(other) == pytest.approx(gini(first), abs=1e-9)
    assert entropy(other) == pytest.approx(entropy(first), abs=1e-9)


@given(AMOUNTS)
def test_scales_are_between_zero_and_one(amounts: list[int]) -> None:
    found = balance_of(np.array(amounts))
    assert -1e-9 <= found.gini_rescaled <= 1 + 1e-9
    assert -1e-9 <= found.entropy <= 1 + 1e-9
    assert 1 / len(amounts) - 1e-9 <= found.largest_share <= 1


def test_a_silent_member_makes_it_less_even() -> None:
    four, five = drawn(3, count=4), drawn(3, count=4, people_count=5)
    assert balance(five).gini > balance(four).gini
    assert balance(five).entropy < balance(four).entropy


@given(talks(), st.integers(1, 7))
def test_talk_time_of_the_parts_adds_up(table: Talk, windows: int) -> None:
    edges = np.linspace(0, table.length_ms, windows + 1).round().astype(int).tolist()
    spans = [Interval(a, b) for a, b in itertools.pairwise(edges)]

    parts = [participation.talk_ms(table.during(span)) for span in spans]
    presence = [table.present_in(span) for span in spans]

    assert np.sum(parts, axis=0).tolist() == participation.talk_ms(table).tolist()
    assert np.sum(presence, axis=0).tolist() == table.present_ms.tolist()
    assert [span for span, _ in over_time(table, windows)] == spans


@given(talks(), st.randoms())
def test_who_is_called_what_changes_nothing(table: Talk, dice: object) -> None:
    names = list(range(table.size))
    dice.shuffle(names)  # type: ignore[attr-defined]
    renamed = talk(
        [table.people[names.index(n)] for n in range(table.size)],
        table.length_ms,
        [
            (names[who], start, end, back)
            for who, start, end, back in zip(
                table.speaker.tolist(),
                table.start_ms.tolist(),
                table.end_ms.tolist(),
                table.is_backchannel.tolist(),
                strict=True,
            )
        ],
    )
    mine, theirs = balance(table), balance(renamed)
    assert mine.gini == pytest.approx(theirs.gini, nan_ok=True, abs=1e-9)
    assert mine.entropy == pytest.approx(theirs.entropy, nan_ok=True, abs=1e-9)


def test_balance_over_time_by_hand() -> None:
    """Of two people, one holds the first half and the other the second: even as a whole only."""
    table = talk(people(2, 10_000), 10_000, [(0, 0, 5_000, False), (1, 5_000, 10_000, False)])

    halves = over_time(table, 2)

    assert balance(table).gini == 0
    assert [round(each.gini_rescaled, 6) for _, each in halves] == [1, 1]


def test_who_is_not_there_yet_is_not_counted_silent() -> None:
    everyone = [
        Person("F1", True, (Interval(0, 10_000),)),
        Person("J1", False, (Interval(0, 10_000),)),
        Person("J2", False, (Interval(5_000, 10_000),)),
    ]
    table = talk(everyone, 10_000, [(0, 0, 2_000, False), (1, 2_000, 4_000, False)])

    (_, first), _ = over_time(table, 2)

    assert (first.people, first.gini) == (2, 0)


def test_who_only_looked_in_is_not_compared_by_time_present() -> None:
    """Two seconds of greeting in two seconds would be the highest rate of all."""
    everyone = [*people(2, 60_000), Person("J9", False, (Interval(0, 2_000),))]
    turns = [(0, 2_000, 30_000, False), (1, 30_000, 58_000, False), (2, 0, 2_000, False)]
    table = talk(everyone, 60_000, turns)

    assert (balance(table).people, balance(table).gini) == (2, 0)
    parts = participation.participation(table)
    assert [part.weighted_share for part in parts[:2]] == [0.5, 0.5]
    assert math.isnan(parts[2].weighted_share)
    assert parts[2].talk_ms == 2_000
