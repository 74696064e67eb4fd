"""One process's clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from media.clock import Clock

CLOCK = Clock(monotonic_s=1000.0, unix_ns=1_790_000_000_000_000_000)


@given(st.floats(min_value=0, max_value=1e6))
def test_utc_and_monotonic_are_inverse(now: float) -> None:
    assert abs(CLOCK.monotonic(CLOCK.utc(now)) - now) < 2e-6


def test_a_second_is_a_second() -> None:
    assert CLOCK.wall_ns(1001.5) - CLOCK.wall_ns(1000.0) == 1_500_000_000


def test_it_starts_at_the_present() -> None:
    clock = Clock.capture()

    assert abs(clock.utc(clock.now()) - datetime.now(UTC)) < timedelta(seconds=1)
