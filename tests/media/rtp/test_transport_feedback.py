"""What is written is what is read; what is garbage is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.arrivals import Arrival
from media.rtp.transport_feedback import LONGEST_RUN, TICK_S, read, write


def body(packet: bytes) -> bytes:
    assert int.from_bytes(packet[2:4], "big") * 4 + 4 == len(packet)
    return packet[12:]


def told(packets: list[bytes]) -> dict[int, float]:
    """16-bit number → arrival, of everything that is said to have arrived."""
    found = {}
    for packet in packets:
        feedback = read(body(packet))
        for place, at in enumerate(feedback.arrivals):
            if at is not None:
                found[feedback.base + place & 0xFFFF] = at
    return found


rows = st.lists(
    st.tuples(st.sampled_from([1, 1, 1, 1, 2, 9, 500]), st.floats(-0.5, 9)), min_size=1, max_size=80
)


@given(st.integers(0x10000, 0x1FFFF), st.floats(0, 1e6), rows)
def test_every_arrival_is_told_within_a_tick(
    first: int, start: float, row: list[tuple[int, float]]
) -> None:
    arrivals = []
    number, at = first, start + 10
    for ahead, later in row:
        arrivals.append(Arrival(number, at))
        number, at = number + ahead, max(0.0, at + later)

    packets = write(1, 2, arrivals, 250)

    found = told(packets)
    assert found.keys() == {a.number & 0xFFFF for a in arrivals}
    for arrival in arrivals:
        wrapped = (arrival.at - found[arrival.number & 0xFFFF]) % (0.064 * (1 << 24))
        assert min(wrapped, 0.064 * (1 << 24) - wrapped) <= TICK_S
    assert [read(body(p)).serial for p in packets] == [
        250 + place & 0xFF for place in range(len(packets))
    ]
    assert max(map(len, packets)) < 1200


def test_a_packet_as_the_draft_draws_it() -> None:
    (packet,) = write(1, 7, [Arrival(0x10005, 0.064), Arrival(0x10007, 0.0650)], 3)

    assert packet.hex(" ", 4) == "8fcd0005 00000001 00000007 00050003 00000103 d1000004"


def test_what_is_not_in_order_takes_two_bytes() -> None:
    (packet,) = write(1, 7, [Arrival(1, 1.0), Arrival(2, 0.9)], 0)

    first, second = read(body(packet)).arrivals
    assert (first, second) == (pytest.approx(1.0), pytest.approx(0.9))


def test_single_bit_statuses_are_read() -> None:
    """We never write them; browsers do."""
    statuses = 0b1011000000000000.to_bytes(2, "big")
    fci = bytes([0, 9, 0, 3, 0, 0, 1, 0]) + statuses + bytes([4, 8])

    assert read(fci).arrivals == [
        pytest.approx(0.065),
        pytest.approx(0.067),
        None,
    ]


@given(st.binary(max_size=80))
def test_garbage_is_refused_and_nothing_else_is_raised(fci: bytes) -> None:
    with suppress(ValueError):
        feedback = read(fci)
        assert len(feedback.arrivals) <= 0xFFFF


def test_a_few_bytes_cannot_tell_of_thousands() -> None:
    """A run of 8,191 takes two bytes, and would take everyone's time."""
    runs = 8 * (LONGEST_RUN).to_bytes(2, "big")
    fci = bytes([0, 9, 0xFF, 0xF8, 0, 0, 1, 0]) + runs

    with pytest.raises(ValueError, match="remembered"):
        read(fci)
