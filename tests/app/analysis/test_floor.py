"""Offsets, interruptions and dual starts by hand, and of many meetings at once as of each."""

import numpy as np
import pytest
from hypothesis import given, settings

from app.analysis.floor import handovers, holding, interruptions
from app.analysis.table import Rows, Talk
from tests.app.analysis.meetings import alike, drawn, hand, people, talk, talks


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
    assert found.together[1, 0] == found.together.sum() == dual
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


@settings(max_examples=50, deadline=None)
@given(alike())
def test_of_many_meetings_each_is_told_as_if_it_were_alone(tables: list[Talk]) -> None:
    floors = [table.rows().floor() for table in tables]
    together = holding(Rows(*(np.concatenate(columns) for columns in zip(*floors, strict=True))))
    for place, floor in enumerate(floors):
        for one, all_ in zip(holding(floor), together, strict=True):
            assert one[0].tolist() == all_[place].tolist()


def test_a_drawn_meeting_has_changes_with_a_gap_and_with_overlap() -> None:
    offsets = handovers(drawn(1)).offset_ms
    assert (offsets < 0).any()
    assert (offsets > 0).any()
