"""Arrival times wait in memory and come out in the order of their numbers."""

from hypothesis import given
from hypothesis import strategies as st

from media.rtp.arrivals import MOST, Arrival, Arrivals


def test_numbers_go_on_over_the_wrap() -> None:
    arrivals = Arrivals()
    for number, at in [(0xFFFE, 1.0), (0, 1.2), (0xFFFF, 1.3)]:
        arrivals.seen(number, at)

    taken = arrivals.take()

    assert [a.number - taken[0].number for a in taken] == [0, 1, 2]
    assert [a.at for a in taken] == [1.0, 1.3, 1.2]
    assert arrivals.take() == []


def test_a_number_is_told_once_with_its_first_arrival() -> None:
    arrivals = Arrivals()
    arrivals.seen(7, 1.0)
    arrivals.seen(7, 2.0)

    assert arrivals.take() == [Arrival(0x10007, 1.0)]


@given(st.lists(st.integers(0, 0xFFFF), max_size=MOST + 10))
def test_no_more_is_kept_than_there_is_room_for(numbers: list[int]) -> None:
    arrivals = Arrivals()
    for number in numbers:
        arrivals.seen(number, 0.0)

    assert len(arrivals.take()) <= min(len(numbers), MOST)
