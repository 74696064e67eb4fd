"""How fast someone may go: a token bucket that is told the time. Pure."""

from dataclasses import dataclass


@dataclass
class Allowance:
    per_s: float
    burst: float
    left: float = 0.0
    last: float = -1e9
    """Monotonic seconds of the last attempt; before the first one the bucket filled for long."""

    def spend(self, now: float) -> bool:
        """False: too fast. One who does not listen goes into debt and waits longer."""
        self._fill(now)
        self.left -= 1
        return self.left >= 0

    def is_full(self, now: float) -> bool:
        """Nothing is remembered of one who has been quiet for long enough."""
        self._fill(now)
        return self.left >= self.burst

    @property
    def is_flooded(self) -> bool:
        return self.left < -self.burst

    def _fill(self, now: float) -> None:
        self.left = min(self.burst, self.left + (now - self.last) * self.per_s)
        self.last = now
