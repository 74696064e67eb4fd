"""Drawing by seed."""

import hashlib
import math

from hypothesis import given
from hypothesis import strategies as st

from app.coding.drawing import draw

MEMBERS = st.lists(st.uuids().map(str), unique=True, max_size=60)
SEEDS = st.integers(0, 2**31 - 1)


@given(MEMBERS, st.integers(1, 100), SEEDS)
def test_a_share_is_drawn_rounded_up_and_again_the_same(
    members: list[str], percent: int, seed: int
) -> None:
    chosen = draw(members, percent / 100, seed)
    assert len(chosen) == math.ceil(percent * len(members) / 100)
    assert set(chosen) <= set(members)
    assert draw(reversed(members), percent / 100, seed) == chosen


@given(MEMBERS, SEEDS)
def test_more_holds_less(members: list[str], seed: int) -> None:
    assert draw(members, 0.5, seed)[: len(draw(members, 0.2, seed))] == draw(members, 0.2, seed)


def test_as_anybody_computes_it() -> None:
    members = [str(n) for n in range(10)]
    by_hand = sorted(members, key=lambda m: hashlib.sha256(f"7:{m}".encode()).hexdigest())
    assert draw(members, 0.3, 7) == by_hand[:3]


def test_every_member_is_drawn_about_as_often() -> None:
    """2,000 seeds, 2 of 10: each 400 times; five standard deviations are ±89."""
    members = [str(n) for n in range(10)]
    times = dict.fromkeys(members, 0)
    for seed in range(2_000):
        for member in draw(members, 0.2, seed):
            times[member] += 1
    assert all(abs(count - 400) < 89 for count in times.values())
