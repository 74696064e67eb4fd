"""What of a stream was lost lately, for whoever asks now and then.

Receiver reports have intervals of their own (reception.py), which nobody else may end, and they
count what came after it was asked for again as received: good for the sender's arithmetic, and
silent about a line that loses much. Here a packet counts as lost when the path lost it.
"""

from typing import NamedTuple

from media.rtp.losses import Losses
from media.rtp.reception import Numbers


class Tallied(NamedTuple):
    """Packets, since the last time."""

    expected: int
    lost: int
    """On the way; most of them came when they were asked for again."""
    missing: int
    """Those that never came."""


class Tally:
    """For one reader. Costs the path of a packet nothing: it looks at what is counted anyway."""

    __slots__ = ("_expected", "_first", "_losses", "_lost", "_numbers", "_received")

    def __init__(self, numbers: Numbers, losses: Losses) -> None:
        self._numbers = numbers
        self._losses = losses
        self._first = self._expected = self._received = self._lost = 0

    def take(self) -> Tallied:
        """For the time since the last call."""
        numbers = self._numbers
        if numbers.first != self._first:  # the row began anew, and its counts with it
            self._first, self._expected, self._received = numbers.first, 0, 0
        so_far = numbers.highest - numbers.first + 1 if numbers.highest >= 0 else 0
        expected = max(0, so_far - self._expected)
        # What is missing may come yet, and what was late comes now: the next time evens it out.
        missing = expected - (numbers.received - self._received)
        lost = self._losses.lost - self._lost
        self._expected, self._received, self._lost = so_far, numbers.received, self._losses.lost
        return Tallied(expected, min(max(0, lost), expected), min(max(0, missing), expected))
