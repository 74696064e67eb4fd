"""Silence, overlap, offsets and interruptions, by hand and against pympi."""

import itertools
from collections import Counter

import pympi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.floor import (
    Kind,
    handovers,
    interruptions,
    passages,
    speech_shares,
)
from app.analysis.table import Talk
from tests.app.analysis.meetings import drawn, hand, people, talk, talks

PYMPI = {
    "P": Kind.PAUSE,
    "G": Kind.GAP,
    "O": Kind.OVERLAP_BETWEEN,
    "W": Kind.OVERLAP_WITHIN,
}


def test_passages_by_hand() -> None:
    found = [(p.kind, p.start_ms, p.end_ms, p.before, p.after) for p in passages(hand().floor())]

    assert found == [
        (Kind.OVERLAP_BETWEEN, 3_500, 4_000, 0, 1),
        (Kind.GAP, 7_000, 7_000, 1, 0),
        (Kind.GAP, 9_000, 9_500, 0, 2),
        (Kind.OVERLAP_BETWEEN, 12_000, 13_000, 2, 3),
        (Kind.GAP, 14_800, 16_000, 3, 0),
        (Kind.OVERLAP_WITHIN, 17_000, 18_500, 0, 0),
    ]


def test_two_who_begin_together_after_a_silence_are_neither() -> None:
    table = talk(
        people(2, 9_000), 9_000,
        [(0, 0, 1_000, False), (0, 3_000, 5_000, False), (1, 3_000, 8_000, False)],
    )  # fmt: skip
    assert [(p.kind, p.length_ms) for p in passages(table)] == [(Kind.MIXED, 4_000)]


def test_the_same_one_after_a_silence_paused() -> None:
    table = talk(people(2, 9_000), 9_000, [(0, 0, 1_000, False), (0, 3_000, 5_000, False)])
    assert [(p.kind, p.length_ms) for p in passages(table)] == [(Kind.PAUSE, 2_000)]


@st.composite
def dialogues(draw: st.DrawFn) -> list[list[tuple[int, int]]]:
    """Two people, each with turns that do not touch; no two edges at the same moment, where the
    oracle's order of equal times would decide and not the method."""
    sides: list[list[tuple[int, int]]] = []
    for side in range(2):
        edges = sorted(draw(st.sets(st.integers(0, 400), min_size=2, max_size=24)))
        times = [20 * edge + 10 * side + 10 for edge in edges[: len(edges) // 2 * 2]]
        sides.append(list(zip(times[::2], times[1::2], strict=True)))
    return sides


@given(dialogues())
def test_two_speakers_as_pympi_sees_them(sides: list[list[tuple[int, int]]]) -> None:
    eaf = pympi.Eaf()
    for number, turns in enumerate(sides, start=1):
        eaf.add_tier(f"s{number}")
        for start, end in turns:
            eaf.add_annotation(f"s{number}", start, end)
    rows = [(who, start, end, False) for who, own in enumerate(sides) for start, end in own]

    mine = {(p.kind, p.start_ms, p.end_ms) for p in passages(talk(people(2, 9_000), 9_000, rows))}
    theirs = {
        (PYMPI[kind[0]], start, end) for start, end, kind in eaf.get_gaps_and_overlaps2("s1", "s2")
    }
    assert mine == theirs


def test_shares_of_the_time_by_hand() -> None:
    """Nobody: 9–9.5 and 14.8–16 = 1.7 s. Several: 3.5–4, 5–5.6 (a back-channel is speech), 12–13,
    17–18.5 = 3.6 s. One: the rest of 20 s."""
    found = speech_shares(hand())
    assert (found.silence, found.overlap) == pytest.approx((1.7 / 20, 3.6 / 20))
    assert found.single == pytest.approx(14.7 / 20)


def test_an_empty_meeting_is_silent() -> None:
    assert speech_shares(talk(people(2, 500), 500, [])).silence == 1
    assert passages(talk(people(2, 500), 500, [])) == []


@given(talks())
def test_shares_of_the_time_as_counted_moment_by_moment(table: Talk) -> None:
    found = speech_shares(table)
    assert found.silence + found.single + found.overlap == pytest.approx(1)
    edges = sorted({0, table.length_ms, *table.start_ms.tolist(), *table.end_ms.tolist()})
    silent = 0
    for start, end in itertools.pairwise(edges):
        voices = ((table.start_ms <= start) & (table.end_ms >= end)).sum()
        silent += (end - start) * (voices == 0)
    assert found.silence == pytest.approx(silent / table.length_ms)


def test_offsets_by_hand() -> None:
    """F→J1 3.5 − 4; J1→F 0; F→J2 .5; J2→J3 −1; J3→F 1.2 s. J1's turn in F's last takes nothing,
    nor does a back-channel."""
    found = handovers(hand())
    assert found.speaker.tolist() == [0, 1, 0, 2, 3, 0]
    assert found.offset_ms.tolist() == [-500, 0, 500, -1_000, 1_200]


def test_going_on_after_a_pause_is_no_change_of_speaker() -> None:
    table = talk(
        people(2, 9_000), 9_000,
        [(0, 0, 1_000, False), (0, 3_000, 5_000, False), (1, 5_200, 8_000, False)],
    )  # fmt: skip
    found = handovers(table)
    assert (found.speaker.tolist(), found.offset_ms.tolist()) == ([0, 0, 1], [200])


def test_interruptions_by_hand() -> None:
    found = interruptions(hand())

    tried = {(3, 2), (1, 0)}  # J3 in J2's turn, J1 in F1's; J1 at 3.5 s is an ordinary change
    assert {(i, j) for i, j in zip(*found.tried.nonzero(), strict=True)} == tried
    assert {(i, j) for i, j in zip(*found.succeeded.nonzero(), strict=True)} == {(3, 2)}
    assert found.dual_starts.tolist() == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("second", "tried", "succeeded", "dual"),
    [
        ((300, 6_000), 0, 0, 1),  # began at once, as far as anyone could hear
        ((301, 6_000), 1, 1, 0),
        ((3_499, 6_000), 1, 1, 0),  # 501 ms before the other stops
        ((3_500, 6_000), 0, 0, 0),  # 500 ms: an ordinary change
        ((2_000, 3_200), 1, 0, 0),  # gave up before the other stopped
        ((2_000, 4_000), 1, 0, 0),  # both stop: nobody gave way
        ((4_000, 6_000), 0, 0, 0),
    ],
)
def test_where_an_interruption_begins(
    second: tuple[int, int], tried: int, succeeded: int, dual: int
) -> None:
    table = talk(people(2, 9_000), 9_000, [(0, 0, 4_000, False), (1, *second, False)])
    found = interruptions(table)
    assert (found.tried[1, 0], found.succeeded[1, 0]) == (tried, succeeded)
    assert found.dual_starts.tolist() == [dual, dual]
    assert found.tried.sum() == tried


@given(talks())
def test_nobody_interrupts_themselves_and_no_success_without_a_try(table: Talk) -> None:
    found = interruptions(table)
    assert found.tried.diagonal().sum() == 0
    assert (found.succeeded <= found.tried).all()


@given(talks())
def test_each_change_of_speaker_has_its_offset(table: Talk) -> None:
    found = handovers(table)
    changes = (found.speaker[1:] != found.speaker[:-1]).sum()
    assert len(found.offset_ms) == changes


def test_a_drawn_meeting_has_every_kind_but_the_rarest() -> None:
    kinds = Counter(p.kind for p in passages(drawn(1)))
    assert {Kind.GAP, Kind.OVERLAP_BETWEEN, Kind.OVERLAP_WITHIN} <= set(kinds)
