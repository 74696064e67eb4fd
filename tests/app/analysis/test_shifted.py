"""Everybody's own track, moved by chance: what is kept, what is as likely as what, and p."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from app.analysis import shifted, timing
from app.analysis.null import compare
from app.analysis.shifted import circle_of, independent, moved
from app.analysis.table import Person, Talk
from app.kit.intervals import Interval, minus
from tests.app.analysis.meetings import Turns, drawn, hand, people, talk, talks

MEETINGS = 150
"""Drawn per test. Higher: a smaller fault shows, and it takes longer."""


@st.composite
def with_holes(draw: st.DrawFn) -> Talk:
    """Any meeting, of which stretches were not recorded, and to which people came late."""
    table = draw(talks(most_people=4, most_turns=12))
    spans = list(zip(table.start_ms.tolist(), table.end_ms.tolist(), strict=True))
    free = minus([Interval(0, table.length_ms)], spans)
    holes = [gap for gap in free if draw(st.booleans())][:3]
    stays = []
    for number in range(table.size):
        own = table.speaker == number
        latest = int(table.start_ms[own].min(initial=table.length_ms))
        came = draw(st.integers(0, latest))
        stays.append(tuple(minus([Interval(came, table.length_ms)], holes)))
    those = (replace(each, stays=own) for each, own in zip(table.people, stays, strict=True))
    return replace(table, people=tuple(those), unrecorded=tuple(holes))


@settings(max_examples=40, deadline=None)
@given(with_holes())
def test_everybody_keeps_their_turns_and_the_pauses_between(table: Talk) -> None:
    starts = moved(table, 5)
    lengths = table.end_ms - table.start_ms
    for number, person in enumerate(table.people):
        own, circle = table.speaker == number, circle_of(table, number)
        if not own.any():
            continue
        pauses = sorted(_pauses(circle.along(table.start_ms[own]), lengths[own], circle.length_ms))
        for row in starts[:, own]:
            for start, length in zip(row.tolist(), lengths[own].tolist(), strict=True):
                assert [s for s in person.stays if s.start_ms <= start <= s.end_ms - length]
            assert sorted(_pauses(circle.along(row), lengths[own], circle.length_ms)) == pauses


def _pauses(start: np.ndarray, lengths: np.ndarray, around: int) -> list[int]:
    order = np.argsort(start)
    ends = (start + lengths)[order]
    return [int(each) for each in (np.roll(start[order], -1) - ends) % around]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), max_size=5), st.data())
def test_any_move_is_as_likely_that_leaves_no_turn_across_a_seam(
    gaps: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Against every move there is, by hand."""
    rows: Turns = []
    at = 0
    for gap, length in gaps:
        rows.append((0, at + gap, at + gap + length, False))
        at += gap + length
    length = at + data.draw(st.integers(1, 4))
    cuts = data.draw(st.sets(st.integers(1, length), max_size=2))
    cuts -= {cut for cut in cuts for _, start, end, _ in rows if start < cut < end}
    edges = sorted({0, length, *cuts})
    base = np.array(edges[:-1])
    circle = shifted.Circle(base, base, length)
    along, lengths = (np.array(each, dtype=np.int64) for each in _columns(rows))
    allowed = [
        step
        for step in range(length)
        if not [
            1
            for start, long in zip(along.tolist(), lengths.tolist(), strict=True)
            for inner in range(1, long)
            if (start + step + inner) % length in base
        ]
    ]
    found = [step for span in shifted._free(circle, along, lengths) for step in range(*span)]
    assert found == allowed
    assert 0 in found
    steps = shifted._drawn([Interval(2, 4), Interval(9, 10)], 300, np.random.default_rng(1))
    assert np.bincount(steps, minlength=10)[[2, 3, 9]] == pytest.approx([100] * 3, abs=40)


def _columns(rows: Turns) -> tuple[list[int], list[int]]:
    return [start for _, start, _, _ in rows], [end - start for _, start, end, _ in rows]


def heedless(seed: int) -> Talk:
    """Four who speak as if alone, for an hour: turns and pauses of any length, around a circle that
    is cut where nobody of them speaks. One was there for the first half alone."""
    dice = np.random.default_rng(seed)
    hour, rows, roster = 3_600_000, [], []
    for number in range(4):
        long = hour // 2 if number == 3 else hour
        pieces = dice.exponential([40_000, 120_000], (30, 2)).astype(int) + 400
        ends = np.cumsum(pieces[:, ::-1].ravel()).reshape(-1, 2)
        spans = [(int(start), int(end)) for start, end in ends if end < long]
        step = int(dice.integers(0, long))
        while any(start < (long - step) % long < end for start, end in spans):
            step = int(dice.integers(0, long))
        rows += [(number, (s + step) % long, (s + step) % long + e - s, False) for s, e in spans]
        roster.append(Person(f"P{number}", number == 0, (Interval(0, long),)))
    return talk(roster, hour, rows)


@pytest.mark.parametrize("side", [0, 1])
def test_p_is_uniform_where_nobody_heeds_anybody(side: int) -> None:
    found: dict[str, list[float]] = {"overlap": [], "interruptions": []}
    for seed in range(MEETINGS):
        table = heedless(seed)
        observed = timing.figures(table.rows(), table)[side]
        under = shifted.figures(table, 99)[side]
        for name, values in found.items():
            values.append(compare(float(observed[name][0]), under[name]).p)
    assert stats.kstest(found["overlap"], "uniform").pvalue > 0.001
    for values in found.values():  # counts have steps: p is too large rather than too small
        assert np.mean(np.array(values) <= 0.1) <= 0.1 + 0.07


def test_people_who_take_turns_overlap_less_than_chance() -> None:
    """Overlap is 0.4 s at most; nobody interrupts."""
    table = drawn(4, count=4, turns=120)
    observed = timing.figures(table.rows(), table)[0]
    under = shifted.figures(table, 99)[0]
    for name in ("overlap", "interruptions", "silence"):
        found = compare(float(observed[name][0]), under[name])
        assert found.p == pytest.approx(2 / 100), name
        assert found.observed < found.low, name


def test_people_who_speak_over_each_other_do_so_beyond_chance() -> None:
    """Two whose every turn lies in the middle of the other's, and who are silent for long."""
    dice = np.random.default_rng(3)
    at = np.cumsum(dice.integers(10_000, 100_000, 30)).tolist()
    rows = [(n, t + n * 1_000, t + 6_000, False) for t in at for n in (0, 1)]
    table = talk(people(2, 3_100_000), 3_100_000, rows)
    observed, under = timing.figures(table.rows(), table)[0], shifted.figures(table, 99)[0]
    for name in ("overlap", "interruptions"):
        found = compare(float(observed[name][0]), under[name])
        assert found.observed > found.high
        assert found.p == pytest.approx(2 / 100)


def test_who_never_stops_cannot_be_moved() -> None:
    """Nor who was never there but for a turn, which then is all the time there was."""
    rows = [(0, 0, 9_000, False), (1, 2_000, 3_000, False)]
    roster = [*people(1, 9_000), Person("P1", False)]
    starts = moved(talk(roster, 9_000, rows), 20)
    assert (starts == [0, 2_000]).all()


def test_nothing_said_can_be_moved() -> None:
    table = talk(people(3, 9_000), 9_000, [])
    assert moved(table, 4).shape == (4, 0)
    assert (shifted.figures(table, 4)[0]["silence"] == 1).all()


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shifted.figures(hand(), 20)
    monkeypatch.setattr(shifted, "AT_ONCE", 16)
    for one, other in zip(whole, shifted.figures(hand(), 20), strict=True):
        for name in one:
            assert one[name] == pytest.approx(other[name], nan_ok=True)


def parts(*shares: float, led: Sequence[int] = ()) -> Talk:
    """100 s, in which everybody speaks for their part of it."""
    rows = [(n, 0, round(100_000 * share), False) for n, share in enumerate(shares) if share]
    return talk(people(len(shares), 100_000, led), 100_000, rows)


def test_overlap_of_independent_people_by_hand() -> None:
    """Two: 0.5 · 0.4. Three: 1 − 0.5·0.6·0.9 − 0.5·0.6·0.9 − 0.4·0.5·0.9 − 0.1·0.5·0.6 = 0.25.
    Without the first: 0.4 · 0.1, at any time when the first is silent."""
    assert independent(parts(0.5, 0.4))[0] == pytest.approx(0.2)
    whole, others = independent(parts(0.5, 0.4, 0.1, led=(0,)))
    assert (whole, others) == pytest.approx((0.25, 0.04))


def test_who_was_there_for_half_overlaps_in_that_half() -> None:
    """20 s of 50 s present, beside one who speaks for half: 0.4 · 0.5 in half of the time."""
    one, two = people(2, 100_000)
    roster = [one, replace(two, stays=(Interval(50_000, 100_000),))]
    table = talk(roster, 100_000, [(0, 0, 50_000, False), (1, 50_000, 70_000, False)])
    assert independent(table)[0] == pytest.approx(0.1)
    cut = replace(
        table,
        people=(replace(one, stays=(Interval(0, 60_000),)), roster[1]),
        unrecorded=(Interval(70_000, 100_000),),
    )
    assert independent(cut)[0] > 0


def test_chance_is_about_what_independence_says() -> None:
    """Seams are kept free of turns, which holds long turns back a little."""
    table = drawn(5, count=5, turns=300)
    for share, side in zip(independent(table), shifted.figures(table, 200), strict=True):
        assert side["overlap"].mean() == pytest.approx(share, rel=0.03)


def test_no_time_has_no_chance() -> None:
    nothing = replace(hand(), unrecorded=(Interval(0, 20_000),))
    assert np.isnan(independent(nothing)).all()
    assert all(each >= 0 for each in itertools.chain(independent(hand())))
