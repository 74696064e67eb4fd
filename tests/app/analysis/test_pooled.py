"""Chance of a mean over meetings: as exact as that of one, and able to tell more."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from app.analysis import null, pooled, sequence
from app.analysis.figures import Name, values
from app.analysis.measures import measure
from app.analysis.pooled import Drawn
from app.analysis.table import Talk
from tests.app.analysis.meetings import Turns, drawn, people, talk

SERIES, MEETINGS, DRAWS = 40, 2, 19
"""More series: a smaller fault shows, and it takes longer."""


def in_turn(order: np.ndarray, number: int) -> Talk:
    """One second each, a tenth between."""
    rows = [(int(who), 1_000 * n, 1_000 * n + 900, False) for n, who in enumerate(order)]
    length = 1_000 * len(rows)
    return replace(talk(people(5, length), length, rows), number=number)


def anyone_goes_on(number: int) -> Talk:
    """Whoever speaks, the next is any other: given how often each speaks, all orders are as likely,
    and the facilitator has the part of any."""
    return in_turn(null.walked(np.ones(5), 24, 1, number=10_000 + number)[0], number)


def nobody_heeds_anybody(number: int) -> Talk:
    """Everybody speaks six times, with pauses of any length, around a circle that is cut where they
    are silent."""
    dice = np.random.default_rng(number)
    rows: Turns = []
    for who in range(4):
        pieces = dice.integers([1_000, 5_000], [6_000, 20_000], (6, 2))
        ends = np.cumsum(pieces[:, ::-1].ravel()).reshape(-1, 2)
        step = int(dice.integers(0, 150_000))
        while ((ends[:, 0] + step) // 150_000 < (ends[:, 1] + step - 1) // 150_000).any():
            step = int(dice.integers(0, 150_000))
        starts = ((ends[:, 0] + step) % 150_000).tolist()
        lengths = pieces[:, 0].tolist()
        rows += [(who, at, at + ms, False) for at, ms in zip(starts, lengths, strict=True)]
    return replace(talk(people(4, 150_000), 150_000, rows), number=number)


@pytest.mark.parametrize(
    ("meeting", "figures"),
    [
        (
            anyone_goes_on,
            [("with", "reciprocity"), ("with", "returns"), ("without", "returns_to_even"),
             ("with", "third_came_in_per_hour"), ("whole", "star_to_chance")],
        ),
        (
            nobody_heeds_anybody,
            [("with", "overlap"), ("without", "silence"), ("with", "overlap_to_chance"),
             ("with", "gap_median_ms"), ("without", "interruptions_per_hour")],
        ),
    ],
)  # fmt: skip
def test_p_of_a_mean_is_valid_under_its_null(
    meeting: Callable[[int], Talk], figures: list[Name], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of statistics that have steps, p is too large rather than too small."""
    monkeypatch.setattr(null, "WALK", (60, 60))
    monkeypatch.setattr("app.analysis.measures.MOST_WINDOWS", 1)
    found: dict[Name, list[float]] = {name: [] for name in figures}
    for series in range(SERIES):
        tables = [meeting(MEETINGS * series + n) for n in range(MEETINGS)]
        parts = [pooled.of(measure(each, drawn=DRAWS)) for each in tables]
        chances = pooled.chances(pooled.mean(parts))
        for name in figures:
            found[name].append(chances[name].p)
    for name, each in found.items():
        p = np.array(each)
        assert np.mean(p <= 0.1) <= 0.1 + 0.1, name
        assert 0.25 <= np.mean(p <= 0.5) <= 0.65, name


def test_a_mean_of_groups_is_drawn_as_it_is_taken() -> None:
    """Two groups, of two meetings and of one: by one draw after another, by hand."""
    tables = [replace(drawn(n, turns=20 + 5 * n), number=n) for n in range(3)]
    found = [measure(each, drawn=30) for each in tables]
    parts = [pooled.of(each) for each in found]

    group = pooled.mean(parts[:2])
    chances = pooled.chances(pooled.mean([group, parts[2]]))

    for name in (("with", "reciprocity"), ("without", "silence"), ("with", "gini_rescaled")):
        side = name[0] == "with"
        draws = [(each.everyone if side else each.others).drawn[name[1]] for each in found]
        told = [values(each)[name] or 0 for each in found]
        observed = ((told[0] + told[1]) / 2 + told[2]) / 2
        means = [((a + b) / 2 + c) / 2 for a, b, c in zip(*draws, strict=True)]
        above = 1 + sum(mean >= observed for mean in means)
        below = 1 + sum(mean <= observed for mean in means)
        chance = chances[name]
        assert chance.observed == pytest.approx(observed, rel=1e-5)
        assert chance.mean == pytest.approx(sum(means) / 30, rel=1e-5)
        assert chance.p == pytest.approx(min(1, 2 * min(above, below) / 31))
        assert chance.drawn == 30


def test_what_is_little_in_each_of_many_meetings_is_found() -> None:
    """After A–B the turn goes back with a half instead of a quarter: in 24 turns that is mostly
    within chance, and in eight meetings it is not."""
    dice = np.random.default_rng(8)
    parts = []
    for number in range(8):
        order = [0, 1]
        while len(order) < 24:
            others = [who for who in range(5) if who not in order[-2:]]
            order.append(order[-2] if dice.random() < 0.5 else int(dice.choice(others)))
        parts.append(pooled.of(measure(in_turn(np.array(order), number), drawn=199)))

    alone = [pooled.chances(each)["with", "returns"].p for each in parts]
    assert np.median(alone) > 0.05
    for figure in ("returns", "returns_to_even", "turned_back_per_hour"):
        assert pooled.chances(pooled.mean(parts))["with", figure].p == pytest.approx(2 / 200)


def _of(*figures: list[float]) -> Drawn:
    names = tuple(("with", str(n)) for n in range(len(figures)))
    return Drawn(names, np.array(figures, dtype=np.float32))


def test_a_meeting_counts_where_it_has_a_value() -> None:
    """What happened: 1 and 3, and 2 alone; the draws 4 alone, nothing, 1 and 2."""
    nan = float("nan")
    found = pooled.mean([_of([1, 4, nan, 1], [nan, 5, 5, 5]), _of([3, nan, nan, 2], [2, 5, 5, 5])])
    assert found is not None
    assert found.values[0].tolist() == [2, 4, pytest.approx(nan, nan_ok=True), 1.5]
    first, second = pooled.chances(found).values()
    assert (first.observed, first.mean, first.drawn) == (2, 2.75, 2)
    assert first.p == 1  # one of two is above, one below: 2 · (1 + 1)/(1 + 2)
    assert second.p == pytest.approx(2 / 4)  # three draws, all above: 2 · (1 + 0)/(1 + 3)


def test_of_meetings_that_are_not_all_drawn_there_is_no_chance() -> None:
    assert pooled.mean([_of([1, 2]), None]) is None
    assert pooled.mean([]) is None
    assert pooled.chances(None) == {}


def test_what_cannot_be_drawn_has_no_p() -> None:
    """Nobody spoke."""
    found = pooled.of(measure(talk(people(3, 60_000), 60_000, []), drawn=9))
    chances = pooled.chances(found)
    assert np.isnan(chances["with", "gini"].p)
    assert np.isnan(chances["whole", "star"].p)
    assert found.values.shape == (len(found.names), 10)
    assert {figure for _, figure in found.names} >= {
        *("reciprocity", "returns", "star", "overlap", "entropy"),
        sequence.shift(sequence.BACK),
    }
