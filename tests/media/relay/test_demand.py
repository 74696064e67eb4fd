"""A sender is told what to send: more at once, less when it lasts."""

from media.relay.demand import LESS_AFTER_S, Demand


def test_who_sends_all_that_is_wanted_is_told_nothing() -> None:
    demand = Demand(3)
    assert demand.settle(3, 0.0) is None
    assert demand.settle(3, 60.0) is None


def test_less_is_told_once_and_only_when_it_lasts() -> None:
    demand = Demand(3)
    assert demand.settle(1, 0.0) is None
    assert demand.settle(1, LESS_AFTER_S - 0.1) is None
    assert demand.settle(1, LESS_AFTER_S) == 1
    assert demand.settle(1, 2 * LESS_AFTER_S) is None


def test_a_short_wish_for_less_is_forgotten() -> None:
    demand = Demand(3)
    demand.settle(1, 0.0)
    demand.settle(3, 1.0)
    assert demand.settle(1, 3.5) is None
    assert demand.settle(0, 3.5 + LESS_AFTER_S) == 0


def test_more_is_told_at_once() -> None:
    demand = Demand(3)
    demand.settle(0, 0.0)
    assert demand.settle(0, LESS_AFTER_S) == 0
    assert demand.settle(2, LESS_AFTER_S + 0.1) == 2
