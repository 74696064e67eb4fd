"""How often and how long: by hand, and sums that must hold."""

import numpy as np
import pytest
from hypothesis import given

from app.content.counts import over_time, tally
from app.content.table import Coded
from tests.app.content.tables import hand, tables


def test_by_role_by_hand() -> None:
    """Members: three coded turns of 20, 10 and 20 s, 1 in all, 0 in one. Facilitators: 0 twice,
    10 s each, and 2 once for 40 s; the uncoded turn is in no denominator."""
    coded = hand()
    found = tally(coded, coded.is_facilitator.astype(np.int64), 2)
    assert found.turns.tolist() == [[1, 3, 0], [2, 0, 1]]
    assert found.ms.tolist() == [[20_000, 50_000, 0], [20_000, 0, 40_000]]
    assert found.of_turns.tolist() == [3, 3]
    assert found.of_ms.tolist() == [50_000, 60_000]
    assert found.share[0].tolist() == pytest.approx([1 / 3, 1, 0])
    assert found.share_of_time[1].tolist() == pytest.approx([1 / 3, 0, 2 / 3])


def test_a_row_without_turns_has_no_share() -> None:
    coded = hand()
    assert np.isnan(tally(coded, coded.meeting, 4).share[3]).all()


@given(tables())
def test_parts_add_up_to_the_whole(coded: Coded) -> None:
    whole = tally(coded, np.zeros_like(coded.meeting), 1)
    for by, size in ((coded.speaker, 3), (coded.meeting, 3), (coded.group, 2)):
        parts = tally(coded, by, size)
        assert (parts.turns.sum(axis=0) == whole.turns[0]).all()
        assert (parts.ms.sum(axis=0) == whole.ms[0]).all()
        assert parts.of_turns.sum() == whole.of_turns[0] == coded.is_coded.sum()


@given(tables())
def test_windows_add_up_to_the_meeting(coded: Coded) -> None:
    here = tally(coded, coded.meeting, 3)
    for meeting in range(3):
        one = coded.only(coded.meeting == meeting)
        for windows in (1, 7):
            edges = np.linspace(0, 100_000, windows + 1).astype(np.int64)
            ms, of_ms = over_time(one, edges)
            assert ms.sum(axis=0).tolist() == here.ms[meeting].tolist()
            assert of_ms.sum() == here.of_ms[meeting]
