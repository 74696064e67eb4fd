"""Drawn by rank: the same again, whatever the order of the list, and fair."""

import random
from collections import Counter
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.sampling.drawing import Candidate, at_random, parted, stratified

seeds = st.integers(0, 2**31 - 1)


@st.composite
def populations(draw: st.DrawFn) -> list[Candidate]:
    groups = draw(st.lists(st.uuids(), min_size=1, max_size=4, unique=True))
    return [
        Candidate(draw(st.uuids()), group, ordinal)
        for group in groups
        for ordinal in sorted(draw(st.sets(st.integers(1, 8), min_size=1)))
    ]


@given(populations(), seeds, st.integers(1, 40), st.randoms())
def test_the_order_of_the_list_changes_nothing(
    population: list[Candidate], seed: int, count: int, dice: Any
) -> None:
    drawn = at_random(population, seed, count)
    parts = stratified(population, seed, 3, 1)
    dice.shuffle(population)
    assert at_random(population, seed, count) == drawn
    assert stratified(population, seed, 3, 1) == parts
    assert len(drawn) == len(set(drawn)) == min(count, len(population))


@given(populations(), seeds, st.integers(1, 5))
def test_drawing_more_keeps_what_was_drawn(
    population: list[Candidate], seed: int, count: int
) -> None:
    assert at_random(population, seed, count + 1)[:count] == at_random(population, seed, count)


@given(populations(), seeds, st.integers(1, 8), st.integers(1, 3))
def test_each_part_of_each_series_gives_so_many_or_all(
    population: list[Candidate], seed: int, parts: int, each: int
) -> None:
    stratum = {c.recording_id: (c.group_id, part) for c, part in parted(population, parts)}
    drawn = Counter(stratum[recording] for recording in stratified(population, seed, parts, each))
    there = Counter(stratum.values())
    assert drawn == {key: min(each, size) for key, size in there.items()}


def test_six_meetings_are_two_in_each_third() -> None:
    group = UUID(int=1)
    series = [Candidate(UUID(int=10 + n), group, n) for n in range(1, 7)]
    assert [part for _, part in parted(series, 3)] == [0, 0, 1, 1, 2, 2]


def test_over_many_seeds_each_is_drawn_as_often_as_another() -> None:
    """One in four of 2,000 draws: 500 each, give or take five standard deviations of 19.4."""
    dice = random.Random(5)
    series = [Candidate(UUID(int=dice.getrandbits(128)), UUID(int=1), n) for n in range(1, 5)]
    drawn = Counter(at_random(series, seed, 1)[0] for seed in range(2_000))
    assert all(abs(drawn[each.recording_id] - 500) < 97 for each in series)
