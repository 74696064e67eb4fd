"""Everybody's part without the facilitator: by hand, and sums that must hold."""

import numpy as np
import pytest
from hypothesis import given, settings

from app.analysis import floor, others
from app.analysis.measures import measure
from app.analysis.participation import participation
from app.analysis.table import Talk
from tests.app.analysis.meetings import hand, people, talk, talks


def test_shares_are_of_what_the_others_said() -> None:
    """J1 5 s, J2 3.5, J3 2.8, J4 0; together 11.3. J3 was there for 5 of 20 s: rates .25, .175, .56
    and 0, together .985. The rest is as it was."""
    found, everybody = others.parts(hand()), participation(hand())[1:]

    assert [part.pseudonym for part in found] == ["J1", "J2", "J3", "J4"]
    assert [part.share for part in found] == pytest.approx([5 / 11.3, 3.5 / 11.3, 2.8 / 11.3, 0])
    weighted = [part.weighted_share for part in found]
    assert weighted == pytest.approx([0.25 / 0.985, 0.175 / 0.985, 0.56 / 0.985, 0])
    for name in (
        "present_ms",
        "talk_ms",
        "turns",
        "turns_per_minute",
        "quartiles_ms",
        "longest_ms",
    ):
        assert [getattr(p, name) for p in found] == [getattr(p, name) for p in everybody]


def beside_one_another() -> Talk:
    """F leads J1 and J2."""
    turns = [
        (1, 0, 20_000, False),
        (0, 5_000, 12_000, False),  # tries to interrupt J1
        (2, 6_000, 6_500, True),  # F began last: F's
        (0, 14_000, 14_500, True),  # J1's, from F
        (2, 16_000, 16_500, True),  # J1's, from J2
        (0, 30_000, 33_000, False),
        (2, 30_200, 32_000, False),  # begins with F
        (1, 31_500, 34_000, False),  # interrupts F, and succeeds
        (1, 40_000, 43_000, False),
        (2, 40_100, 42_000, False),  # begins with J1
        (2, 45_000, 48_000, False),
        (1, 46_000, 49_000, False),  # interrupts J2, and succeeds
    ]
    return talk(people(3, 60_000), 60_000, turns)


def test_what_passes_between_two_is_told_where_neither_leads() -> None:
    """A back-channel in a turn of F inside one of J1's stays F's: it does not become J1's."""
    table = beside_one_another()
    everybody, found = participation(table), others.parts(table)
    assert [part.backchannels_received for part in everybody] == [1, 2, 0]
    assert [part.backchannels_given for part in everybody] == [1, 0, 2]
    assert [part.backchannels_received for part in found] == [1, 0]
    assert [part.backchannels_given for part in found] == [0, 2]

    whole = floor.interruptions(table)
    apart = others.interruptions(whole, table.facilitators)
    assert whole.tried.tolist() == [[0, 1, 0], [1, 0, 1], [0, 0, 0]]
    assert whole.dual_starts.tolist() == [1, 1, 2]
    assert apart.tried.tolist() == apart.succeeded.tolist() == [[0, 1], [0, 0]]
    assert apart.dual_starts.tolist() == [1, 1]


def test_of_one_who_leads_alone_there_are_no_others() -> None:
    alone = talk(people(1, 10_000), 10_000, [(0, 0, 5_000, False)])
    assert others.parts(alone) == []


@settings(max_examples=40, deadline=None)
@given(talks())
def test_they_add_up_to_what_is_told_of_all_of_them(table: Talk) -> None:
    side = measure(table, drawn=0, orders=False).others
    found = others.parts(table)
    broken = others.interruptions(floor.interruptions(table), table.facilitators)

    assert sum(part.talk_ms for part in found) == side.talk_ms
    assert sum(part.turns for part in found) == side.turns
    assert sum(part.share for part in found) == pytest.approx(1 if side.talk_ms else 0)
    assert sum(part.backchannels_given for part in found) == side.backchannels
    assert sum(part.backchannels_received for part in found) <= side.backchannels
    assert broken.tried.sum() == side.timing["interruptions"]
    assert broken.succeeded.sum() == side.timing["succeeded"]
    assert broken.dual_starts.sum() == 2 * side.timing["dual_starts"]
    assert np.nansum([part.weighted_share for part in found]) == pytest.approx(
        1 if side.talk_ms else 0
    )
