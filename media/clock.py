"""One process's clock: monotonic seconds inside, UTC at the edges. It never jumps."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Clock:
    """The pair of readings, taken once, that ties the two time lines together.

    A step of the system's clock (NTP, an administrator) during a meeting therefore moves nothing
    that is being recorded; two nodes agree as well as their clocks did when they started.
    """

    monotonic_s: float
    unix_ns: int

    @classmethod
    def capture(cls) -> "Clock":
        return cls(time.monotonic(), time.time_ns())

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def wall_ns(self, now: float) -> int:
        """Nanoseconds since 1970 UTC at the monotonic moment `now`."""
        return self.unix_ns + round((now - self.monotonic_s) * 1e9)

    def utc(self, now: float) -> datetime:
        return EPOCH + timedelta(microseconds=self.wall_ns(now) // 1000)

    def monotonic(self, moment: datetime) -> float:
        """The inverse of `utc`, to the microsecond."""
        unix_us = (moment - EPOCH) // timedelta(microseconds=1)
        return self.monotonic_s + (unix_us * 1000 - self.unix_ns) / 1e9


@dataclass(frozen=True)
class Still(Clock):
    """A clock that shows the moment it was made for."""

    def now(self) -> float:
        return self.monotonic_s
