"""All measures together: what changes when the facilitator is left out."""

import numpy as np
import pytest
from hypothesis import given, settings

from app.analysis.floor import Kind
from app.analysis.measures import measure, spread
from app.analysis.table import Talk
from tests.app.analysis.meetings import drawn, hand, people, talk, talks


def test_both_sides_by_hand() -> None:
    """Changes of speaker F→J1→F→J2→J3→F; among the others only J2→J3, 1 s before J2 stops."""
    found = measure(hand(), drawn=19)

    everyone, others = found.everyone, found.others
    assert (everyone.people, others.people) == (5, 4)
    assert (everyone.turns, others.turns) == (7, 4)
    assert (everyone.talk_ms, others.talk_ms) == (21_300, 11_300)
    assert (everyone.backchannels, others.backchannels) == (1, 1)
    assert (everyone.offsets.count, everyone.offsets.median_ms) == (5, 0)
    assert (others.offsets.count, others.offsets.median_ms) == (1, -1_000)
    assert (everyone.overlapping, others.overlapping) == (2 / 5, 1)
    assert (everyone.interruptions, everyone.succeeded) == (2, 1)
    assert (others.interruptions, others.succeeded) == (1, 1)
    assert everyone.reciprocity == pytest.approx(2 / 5)  # F→J1 and J1→F, of five
    assert others.reciprocity == 0
    assert everyone.returns == pytest.approx(1 / 4)  # F J1 F, of four threes
    assert np.isnan(others.returns)  # no three without the facilitator
    assert found.star == pytest.approx(4 / 5)
    assert found.longest_silence_ms == 1_200
    assert found.passages[Kind.GAP].count == 3


def test_spread_by_hand() -> None:
    found = spread(np.array([100, 200, 300, 400, 1_000]))
    assert (found.count, found.median_ms, found.quartiles_ms) == (5, 300, (200, 400))
    assert spread(np.zeros(0, dtype=np.int64)).median_ms is None


def test_nothing_said_can_be_measured() -> None:
    found = measure(talk(people(3, 60_000), 60_000, []), drawn=9)
    assert found.shares.silence == 1
    assert np.isnan(found.star)
    assert found.everyone.turns == 0


@settings(max_examples=30, deadline=None)
@given(talks())
def test_any_meeting_can_be_measured(table: Talk) -> None:
    found = measure(table, drawn=9)
    assert found.everyone.turns >= found.others.turns
    assert found.everyone.interruptions >= found.others.interruptions
    for side in (found.everyone, found.others):
        assert all(np.isnan(c.p) or 0 < c.p <= 1 for c in side.chance.values())


def test_orders_can_be_left_out() -> None:
    found = measure(drawn(2, turns=40), orders=False)
    assert set(found.everyone.chance) == {"gini_rescaled", "entropy", "largest_share"}
    assert np.isnan(found.star_chance.p)
    assert not np.isnan(found.star)
