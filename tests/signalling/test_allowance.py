"""Who keeps to the pace is not held up; who does not waits, and the longer the more they push."""

from signalling.allowance import Allowance


def test_a_burst_is_allowed_and_then_only_the_pace() -> None:
    allowance = Allowance(per_s=2, burst=5)
    assert [allowance.spend(100.0) for _ in range(6)] == [True] * 5 + [False]
    assert not allowance.spend(100.2)
    assert allowance.spend(102.0)


def test_one_who_keeps_pushing_is_flooding() -> None:
    allowance = Allowance(per_s=2, burst=5)
    for _ in range(10):
        allowance.spend(0.0)
    assert not allowance.is_flooded
    allowance.spend(0.0)
    assert allowance.is_flooded


def test_nothing_is_remembered_of_one_who_was_quiet() -> None:
    allowance = Allowance(per_s=2, burst=5)
    allowance.spend(0.0)
    assert not allowance.is_full(0.1)
    assert allowance.is_full(1.0)
