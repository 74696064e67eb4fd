"""Timestamps go on when the stream behind them changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.continuity import FRAMES_PER_S, Moment, offset

RATE = 90_000
HOUR = 3600 * RATE


def signed(ticks: int) -> int:
    return (ticks + 0x80000000 & 0xFFFFFFFF) - 0x80000000


@pytest.mark.parametrize("reported", [True, False])
@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF))
def test_the_next_picture_is_shown_when_it_was_taken(
    reported: bool, first: int, second: int, shown: int
) -> None:
    """Both streams started at once from different numbers; a second has passed, and 1/30 more."""
    moments = [
        Moment(RATE, HOUR - start & 0xFFFFFFFF, (3 + n) << 32 if reported else None, 0)
        for n, start in enumerate((first, second))
    ]
    before = moments[0]._replace(timestamp=first)
    after = moments[1]._replace(timestamp=second + RATE & 0xFFFFFFFF)
    last = first + RATE + shown & 0xFFFFFFFF
    timestamp = second + RATE + 3000 & 0xFFFFFFFF

    added = offset(before, after, timestamp, shown, last)

    assert signed(timestamp + added - last) == 3000


def test_reports_that_contradict_the_arrivals_are_not_believed() -> None:
    before = Moment(RATE, 0, 5 << 32, 0)
    after = Moment(RATE, 0, 5000 << 32, 0)

    assert offset(before, after, 9000, 0, 6000) == 0


def test_time_never_goes_backwards() -> None:
    before, after = Moment(RATE, 0, None, 0), Moment(RATE, -90, None, 0)

    added = offset(before, after, 9000, 0, 9000)

    assert 9000 + added == 9000 + RATE // FRAMES_PER_S
