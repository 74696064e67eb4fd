"""What was sent a moment ago can be found; what is long gone cannot."""

from media.rtp.history import CAPACITY, History


def test_the_latest_packets_are_found_by_their_number() -> None:
    history = History()
    for number in range(CAPACITY + 10):
        history.keep(number, bytearray([number & 0xFF]))

    assert history.find(10) == bytearray([10])
    assert history.find(CAPACITY + 9) == bytearray([(CAPACITY + 9) & 0xFF])
    assert history.find(9) is None
    assert history.find(CAPACITY + 10) is None
