"""One receiver's numbers: no hole where nothing was lost, and no number twice."""

from hypothesis import given
from hypothesis import strategies as st

from media.rtp.reception import Reception
from media.rtp.rewriter import HEADER, Rewriter


class Receiver:
    def __init__(self, first: int = 7) -> None:
        self.rewriter = Rewriter(ssrc=99, payload_type=96, first=first)
        self.buffer = memoryview(bytearray(20))
        self.numbers: list[int] = []

    def take(self, extended: int) -> int | None:
        if not self.rewriter.write(self.buffer, extended, 0x80, extended):
            return None
        second, number, timestamp, ssrc = HEADER.unpack_from(self.buffer, 1)
        assert (second, timestamp, ssrc) == (0x80 | 96, extended, 99)
        self.numbers.append(number)
        return int(number)


def test_a_row_stays_a_row_over_the_wrap() -> None:
    receiver = Receiver(first=65533)

    for extended in range(70000, 70006):
        receiver.take(extended)

    assert receiver.numbers == [65533, 65534, 65535, 0, 1, 2]


def test_a_restart_leaves_no_hole_and_lets_older_packets_go() -> None:
    receiver = Receiver()
    receiver.take(100)
    receiver.rewriter.restart()

    assert receiver.take(500) == 8
    assert receiver.take(499) is None
    assert receiver.take(101) is None


def test_a_skipped_packet_leaves_no_hole_and_what_came_before_it_keeps_its_place() -> None:
    receiver = Receiver()
    receiver.take(100)  # 7; 101 is late
    assert receiver.rewriter.skip(102)

    assert receiver.take(103) == 9
    assert receiver.take(101) == 8


def test_a_skip_that_comes_too_late_is_refused() -> None:
    receiver = Receiver()
    receiver.take(100)
    receiver.take(102)

    assert not receiver.rewriter.skip(101)


def test_a_receiver_s_number_leads_back_to_the_source_s() -> None:
    receiver = Receiver(first=65530)
    for extended in (100, 101, 102):
        receiver.take(extended)
    receiver.rewriter.skip(103)
    number = receiver.take(104)

    assert number == 65533
    assert receiver.rewriter.source_number(65533) == 104
    assert receiver.rewriter.source_number(65531) == 101
    assert receiver.rewriter.source_number(65529) is None
    assert receiver.rewriter.source_number(65534) is None


STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "take", "take", "skip", "restart"]), st.integers(-12, 40)),
    max_size=200,
)


@given(start=st.integers(0, 0xFFFF), first=st.integers(0, 0x7FFF), steps=STEPS)
def test_no_number_is_given_twice(start: int, first: int, steps: list[tuple[str, int]]) -> None:
    """Loss, reordering, padding, muting and wrap-around in any mixture."""
    reception = Reception(90000)
    receiver = Receiver(first)
    given_to: dict[int, int] = {}
    sequence, done = start, set[int]()
    for action, step in steps:
        extended = reception.seen(sequence + step & 0xFFFF, 0, 100, 0.0)
        sequence = reception.highest & 0xFFFF
        if action == "restart":
            receiver.rewriter.restart()
        elif extended in done:
            continue
        elif action == "take" or not receiver.rewriter.skip(extended):
            number = receiver.take(extended)
            if number is not None:
                assert number not in given_to
                given_to[number] = extended
        done.add(extended)
    for number, extended in given_to.items():
        assert receiver.rewriter.source_number(number) in (extended, None)
