"""What the path lost is counted, also what was repaired; receiver reports keep their own counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.losses import MOST_MISSING, Losses
from media.rtp.reception import Reception
from media.rtp.tally import Tallied, Tally


class Stream:
    """One row of packets on its way in, as a layer counts it."""

    def __init__(self) -> None:
        self.reception = Reception(48_000)
        self.losses = Losses()
        self.tally = Tally(self.reception.numbers, self.losses)
        self.now = 0.0

    def come(self, *numbers: int, again: bool = False) -> None:
        for number in numbers:
            before = self.reception.highest
            extended = self.reception.seen(number & 0xFFFF, 960 * number, 100, self.now)
            if self.reception.restarted:
                before = -1
                self.losses.restart()
            self.losses.seen(extended, before, self.now, again=again)

    def ask(self) -> None:
        self.losses.due(self.reception.highest, self.now)


def test_what_came_when_it_was_asked_for_was_lost_all_the_same() -> None:
    stream = Stream()
    stream.come(*range(10), *range(12, 20))
    stream.ask()
    stream.come(10, 11)

    assert stream.tally.take() == Tallied(expected=20, lost=2, missing=0)


def test_what_was_only_overtaken_was_not_lost() -> None:
    stream = Stream()
    stream.come(0, 1, 3, 2, 4)

    assert stream.tally.take() == Tallied(expected=5, lost=0, missing=0)


def test_with_a_row_for_repairs_what_comes_late_by_itself_was_overtaken() -> None:
    stream = Stream()
    stream.come(0, 2)
    stream.ask()
    stream.come(1, again=True)
    stream.come(3, 5)
    stream.ask()
    stream.come(4)

    assert stream.tally.take() == Tallied(expected=6, lost=1, missing=0)


def test_each_look_tells_of_the_time_since_the_one_before() -> None:
    stream = Stream()
    stream.come(*range(100))
    stream.tally.take()
    stream.come(*range(112, 200))

    assert stream.tally.take() == Tallied(expected=100, lost=12, missing=12)
    assert stream.tally.take() == Tallied(0, 0, 0)


def test_looking_does_not_end_the_interval_of_a_receiver_report() -> None:
    looked, alone = Stream(), Stream()
    for stream in (looked, alone):
        stream.come(*range(50))
    looked.tally.take()
    for stream in (looked, alone):
        stream.come(*range(60, 100))

    assert looked.reception.figures(1.0) == alone.reception.figures(1.0)
    assert looked.tally.take().lost == 10


def test_a_hole_too_large_to_be_filled_is_lost() -> None:
    stream = Stream()
    stream.come(*range(10), 20 + MOST_MISSING)

    assert stream.tally.take().lost == 10 + MOST_MISSING


def test_a_source_that_begins_anew_has_lost_nothing() -> None:
    stream = Stream()
    stream.come(*range(50))
    stream.reception.renew()
    stream.come(*range(30_000, 30_020))

    assert stream.tally.take() == Tallied(expected=20, lost=0, missing=0)


@given(
    st.lists(st.booleans(), min_size=50, max_size=400),
    st.sets(st.integers(0, 400)),
    st.integers(0, 0xFFFF),
)
def test_the_counts_are_those_of_the_path(arrives: list[bool], looks: set[int], first: int) -> None:
    stream, lost = Stream(), 0
    stream.come(first)
    total = Tallied(0, 0, 0)
    for place, came in enumerate([*arrives, True], start=1):
        if came:
            stream.come(first + place)
        lost += not came
        if place in looks:
            total = Tallied(*(a + b for a, b in zip(total, stream.tally.take(), strict=True)))
    total = Tallied(*(a + b for a, b in zip(total, stream.tally.take(), strict=True)))

    assert total.expected == len(arrives) + 2
    assert total.lost == total.missing == pytest.approx(lost)
