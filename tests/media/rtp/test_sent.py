"""What feedback says is matched with what was sent, once, on one line of time."""

import pytest

from media.rtp.sent import REMEMBERED, Delivery, SentLog
from media.rtp.transport_feedback import WRAP_S, Feedback


def test_each_packet_is_told_of_once() -> None:
    log = SentLog()
    numbers = [log.number(100 + place, float(place)) for place in range(3)]
    told = Feedback(numbers[0], 0, [5.0, None, 5.1])

    assert list(log.deliveries(told)) == [
        Delivery(0.0, 5.0, 100),
        Delivery(1.0, None, 101),
        Delivery(2.0, 5.1, 102),
    ]
    assert list(log.deliveries(told)) == []


def test_what_was_never_sent_or_is_forgotten_is_not_told_of() -> None:
    log = SentLog()
    for place in range(REMEMBERED + 1):
        log.number(100, float(place))

    assert list(log.deliveries(Feedback(0, 0, [5.0]))) == []
    assert list(log.deliveries(Feedback(REMEMBERED + 1, 0, [5.0]))) == []


def test_a_receiver_s_clock_may_begin_again() -> None:
    """It counts some 12 days, and has counted since the receiver's computer was started."""
    log = SentLog()
    for place in range(3):
        log.number(100, float(place))
    end = WRAP_S / 2

    first, second = log.deliveries(Feedback(0, 0, [end - 0.5, end - WRAP_S]))
    (third,) = log.deliveries(Feedback(2, 0, [end - WRAP_S + 0.5]))

    arrivals = [delivery.arrived_at for delivery in (first, second, third)]
    assert arrivals == [pytest.approx(end + later) for later in (-0.5, 0.0, 0.5)]
