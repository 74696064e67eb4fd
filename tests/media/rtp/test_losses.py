"""Asking for what is missing: not too soon, not too often, not for ever."""

from media.rtp.losses import MOST_MISSING, MOST_TRIES, RETRY_S, WAIT_S, Losses


def seen(losses: Losses, *numbers: int, now: float = 0.0) -> None:
    before = -1
    for number in numbers:
        losses.seen(number, before, now)
        before = max(before, number)


def test_a_packet_only_overtaken_is_not_asked_for() -> None:
    losses = Losses()
    seen(losses, 10, 12)

    assert losses.due(12, 0.001) == []
    losses.seen(11, 12, 0.0)

    assert losses.due(12, 1.0) == []


def test_a_hole_is_asked_for_after_some_later_packets() -> None:
    losses = Losses()
    seen(losses, 10, 12, 13, 14)

    assert losses.due(14, 0.001) == [11]


def test_a_hole_at_the_end_of_a_burst_is_asked_for_after_a_while() -> None:
    losses = Losses()
    seen(losses, 0xFFFF, 0x10001)

    assert losses.due(0x10001, WAIT_S) == [0]


def test_it_is_asked_again_and_then_given_up() -> None:
    losses = Losses()
    seen(losses, 10, 12, 13, 14)
    now, asked = 0.0, 0
    while losses.missing:
        asked += len(losses.due(14, now))
        assert losses.due(14, now) == []
        now += RETRY_S

    assert asked == MOST_TRIES
    assert losses.given_up


def test_a_large_hole_is_jumped_over() -> None:
    losses = Losses()
    seen(losses, 10, 12 + MOST_MISSING)

    assert losses.given_up
    assert losses.due(12 + MOST_MISSING, 1.0) == []
