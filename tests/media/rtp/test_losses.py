"""Asking for what is missing: not too soon, not too often, not for ever."""

import pytest

from media.rtp.losses import FIRST_RETRY_S, MOST_MISSING, MOST_TRIES, WAIT_S, Losses


def seen(losses: Losses, *numbers: int, now: float = 0.0) -> None:
    before = -1
    for number in numbers:
        losses.seen(number, before, now)
        before = max(before, number)


def test_a_hole_is_asked_for_at_once() -> None:
    losses = Losses()
    seen(losses, 0xFFFF, 0x10001)

    assert losses.due(0x10001, 0.0) == [0]


def test_where_packets_overtake_one_another_it_waits_for_some_of_them() -> None:
    losses = Losses()
    seen(losses, 10, 12)
    losses.due(12, 0.0)
    losses.seen(11, 12, 0.05, again=True)
    losses.seen(14, 12, 0.1)
    losses.due(14, 0.1)
    losses.seen(13, 14, 0.1)

    losses.seen(16, 14, 0.2)
    assert losses.due(16, 0.2) == []
    assert losses.due(17, 0.2) == [15]

    losses.seen(15, 17, 0.25, again=True)
    losses.seen(19, 17, 0.3)
    assert losses.due(19, 0.3) == []
    assert losses.due(19, 0.3 + WAIT_S) == [18]


@pytest.mark.parametrize("again", [True, False])
def test_it_is_asked_again_after_a_round_trip(again: bool) -> None:
    losses = Losses()
    for number in range(10, 100, 2):
        losses.seen(number, number - 2, 0.0)
        losses.due(number, 0.0)
        losses.seen(number - 1, number, 0.2, again=again)

    assert 0.2 < losses.retry_s < 0.3


def test_it_is_asked_again_and_then_given_up() -> None:
    losses = Losses()
    seen(losses, 10, 12, 13, 14)
    now, asked = 0.0, 0
    while losses.missing:
        asked += len(losses.due(14, now))
        assert losses.due(14, now) == []
        now += FIRST_RETRY_S

    assert asked == MOST_TRIES
    assert losses.given_up


def test_a_large_hole_is_jumped_over() -> None:
    losses = Losses()
    seen(losses, 10, 12 + MOST_MISSING)

    assert losses.given_up
    assert losses.due(12 + MOST_MISSING, 1.0) == []
