"""Talk time, shares and balance, against sums by hand and against the definitions."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis import participation
from app.analysis.participation import balance, balance_of, balances, over_time
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
    """Talk t 10, 5, 3.5, 2.8, 0 s of 21.3; there w 20, 20, 20, 5, 20 s of 85.

    |tᵢ·wⱼ − tⱼ·wᵢ| of the ten pairs: F1 with the others |200 − 100| = 100, |200 − 70| = 130,
    |50 − 56| = 6, 200; J1 |100 − 70| = 30, |25 − 56| = 31, 100; J2 |17.5 − 56| = 38.5, 70; J3 56.
    Together 761.5; each pair is twice in a sum that is over 2 · 21.3 · 85 = 3,621: 761.5/1,810.5.
    Parts of presence: four of 20/85, one of 5/85; 1 − Σ p² = 1 − (4 · 400 + 25)/7,225 = 56/72.25.
    """
    found = balance(hand())

    assert found.people == 5
    assert found.gini == pytest.approx(761.5 / 1_810.5)
    assert found.gini_rescaled == pytest.approx(761.5 / 1_810.5 / (56 / 72.25))
    assert found.largest_share == pytest.approx(0.56 / 1.485)
    # s/p: 10/21.3 over 20/85 and so on
    talked = [
        (10 / 21.3, 20 / 85),
        (5 / 21.3, 20 / 85),
        (3.5 / 21.3, 20 / 85),
        (2.8 / 21.3, 5 / 85),
    ]
    apart = sum(s * math.log(s / p) for s, p in talked)
    most = -(4 * 20 / 85 * math.log(20 / 85) + 5 / 85 * math.log(5 / 85))
    assert found.entropy == pytest.approx(1 - apart / most)


def test_the_balance_without_the_facilitator_by_hand() -> None:
    """J1 to J4: 30 + 31 + 100 + 38.5 + 70 + 56 = 325.5 over 11.3 · 65 = 734.5."""
    found = balance(hand().without(hand().facilitators))

    assert found.people == 4
    assert found.gini == pytest.approx(325.5 / 734.5)


def alike(count: int) -> np.ndarray:
    return np.full(count, 60_000)


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
    found = balance_of(np.array(amounts), alike(len(amounts)))
    assert (found.gini, found.gini_rescaled) == pytest.approx((raw, rescaled))
    assert found.entropy == pytest.approx(even)


def test_one_who_has_it_all_counts_by_their_presence() -> None:
    """There for ½, ¼ and ¼ of all presence. 1 − Σ p² = ⅝; −Σ p·log p = 1½·log 2.

    The first alone: Gini 1 − ½, over ⅝: .8; entropy 1 − log 2/(1½·log 2) = ⅓. The second alone:
    1 − ¼ over ⅝: 1.2; 1 − log 4/(1½·log 2) = −⅓. On average over who it is, ½ and ¼ and ¼: 1 and 0.
    """
    present = np.array([20, 10, 10])
    first, second = (balance_of(np.array(talk), present) for talk in ([7, 0, 0], [0, 7, 0]))
    assert (first.gini, first.gini_rescaled, first.entropy) == pytest.approx((1 / 2, 0.8, 1 / 3))
    assert (second.gini, second.gini_rescaled, second.entropy) == pytest.approx(
        (3 / 4, 1.2, -1 / 3)
    )


def test_nothing_said_has_no_balance() -> None:
    for amounts in ([0, 0, 0], [5], []):
        found = balance_of(np.array(amounts, dtype=np.int64), alike(len(amounts)))
        assert math.isnan(found.gini)
        assert math.isnan(found.gini_rescaled)
        assert math.isnan(found.entropy)


PRESENT = st.lists(st.integers(300_000, 7_200_000), min_size=12, max_size=12)


def figures(talked: np.ndarray, present: np.ndarray) -> list[float]:
    return [float(each[0]) for each in balances(talked[None], present).values()]


@given(AMOUNTS)
def test_where_all_stayed_as_long_it_is_the_plain_gini_and_entropy(amounts: list[int]) -> None:
    """Half the mean difference of all pairs over the mean; times n/(n − 1); −Σ s·log s/log n."""
    count, mean = len(amounts), sum(amounts) / len(amounts)
    pairs = sum(abs(a - b) for a in amounts for b in amounts)
    plain = pairs / (2 * count**2 * mean)
    parts = [amount / sum(amounts) for amount in amounts if amount]
    found = balance_of(np.array(amounts), alike(count))
    assert found.gini == pytest.approx(plain, abs=1e-9)
    assert found.gini_rescaled == pytest.approx(plain * count / (count - 1), abs=1e-9)
    even = -sum(part * math.log(part) for part in parts) / math.log(count)
    assert found.entropy == pytest.approx(even, abs=1e-9)


@given(AMOUNTS, PRESENT)
def test_gini_is_twice_the_area_under_the_even_line(amounts: list[int], present: list[int]) -> None:
    """Between it and the Lorenz curve: presence along, talk up, from the most silent to the most
    talkative by the minute."""
    talked, there = np.array(amounts), np.array(present[: len(amounts)])
    order = np.argsort(talked / there)
    along = np.concatenate([[0], np.cumsum(there[order]) / there.sum()])
    up = np.concatenate([[0], np.cumsum(talked[order]) / talked.sum()])
    assert balance_of(talked, there).gini == pytest.approx(
        1 - 2 * np.trapezoid(up, along), abs=1e-9
    )


@given(AMOUNTS, PRESENT, st.randoms(), st.integers(2, 9))
def test_neither_order_nor_unit_matters_to_balance(
    amounts: list[int], present: list[int], dice: object, factor: int
) -> None:
    talked, there = np.array(amounts), np.array(present[: len(amounts)])
    order = list(range(len(amounts)))
    dice.shuffle(order)  # type: ignore[attr-defined]
    other = figures(talked[order] * factor, there[order] * factor)
    assert other == pytest.approx(figures(talked, there), abs=1e-9)


@given(AMOUNTS, PRESENT)
def test_one_as_two_who_were_there_half_as_long_changes_nothing_but_the_scale(
    amounts: list[int], present: list[int]
) -> None:
    """Of the same talk by the minute: neither the Gini nor Theil's T, which is not rescaled."""
    whole = 2 * np.array(amounts), 2 * np.array(present[: len(amounts)])
    halved = (np.concatenate([each[:1] // 2, each[:1] // 2, each[1:]]) for each in whole)
    one, two = [(balance_of(*each), each[1]) for each in (whole, tuple(halved))]
    assert two[0].gini == pytest.approx(one[0].gini, abs=1e-9)
    assert theil(*two) == pytest.approx(theil(*one), abs=1e-9)


def theil(found: participation.Balance, present: np.ndarray) -> float:
    parts = present / present.sum()
    return float((1 - found.entropy) * -(parts * np.log(parts)).sum())


@given(PRESENT, st.integers(2, 12), st.integers(1, 99))
def test_who_talk_as_much_by_the_minute_are_even_however_long_they_stayed(
    present: list[int], count: int, rate: int
) -> None:
    there = np.array(present[:count])
    gini, rescaled, entropy, largest = figures(rate * there, there)
    assert (gini, rescaled) == (0, 0)
    assert (entropy, largest) == (pytest.approx(1), pytest.approx(1 / count))


@given(AMOUNTS, PRESENT)
def test_scales_have_their_ends(amounts: list[int], present: list[int]) -> None:
    talked, there = np.array(amounts), np.array(present[: len(amounts)])
    found = balance_of(talked, there)
    least = there.min() / there.sum()
    assert -1e-9 <= found.gini <= 1 - least + 1e-9
    assert found.entropy <= 1 + 1e-9
    assert 1 / len(amounts) - 1e-9 <= found.largest_share <= 1
    even = balance_of(talked, alike(len(amounts)))
    assert -1e-9 <= even.gini_rescaled <= 1 + 1e-9
    assert -1e-9 <= even.entropy <= 1 + 1e-9


def test_a_silent_member_makes_it_less_even_and_half_as_much_if_there_for_half() -> None:
    """Two who talk as much, of 20 s each: even. With a third who says nothing in 20 s: the part 1/3
    of presence has none of the talk, 1/3; in 10 s: 1/5."""
    talked = np.array([5, 5, 0])
    assert balance_of(talked, np.array([20, 20, 20])).gini == pytest.approx(1 / 3)
    assert balance_of(talked, np.array([20, 20, 10])).gini == pytest.approx(1 / 5)
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
