"""One time line from two: what is added to the timestamps of one layer to continue another's."""

from typing import NamedTuple

LARGEST_STEP_S = 10.0
"""Two layers of one picture cannot differ by more; the mapping is then not to be believed."""

FRAMES_PER_S = 30


class Moment(NamedTuple):
    """What is known of a stream's time."""

    clock_rate: int
    transit: int
    """RTP ticks of the receiver's clock, less the timestamp of the packet that came then."""
    ntp: int | None
    """Of its last sender report, RFC 3550 §6.4.1: 64 bits, 32 of them whole seconds."""
    timestamp: int
    """The RTP timestamp in it."""


def offset(before: Moment, after: Moment, timestamp: int, shown: int, last: int) -> int:
    """What to add to `timestamp`, the first of the stream `after`, and all that follow.

    `shown` is what was added to those of the stream `before`, `last` the last of them as shown. By
    both sender reports if there are any, else by the times of arrival; never backwards.
    """
    added = shown + _between(before, after)
    if _signed(timestamp + added - last) <= 0:
        added = last + after.clock_rate // FRAMES_PER_S - timestamp
    return added & 0xFFFFFFFF


def _between(before: Moment, after: Moment) -> int:
    if before.ntp is not None and after.ntp is not None:
        seconds = (after.ntp - before.ntp) / (1 << 32)
        ticks = before.timestamp + round(seconds * after.clock_rate) - after.timestamp
        if abs(_signed(ticks - (after.transit - before.transit))) < (
            LARGEST_STEP_S * after.clock_rate
        ):
            return ticks
    return after.transit - before.transit


def _signed(ticks: int) -> int:
    return (ticks + 0x80000000 & 0xFFFFFFFF) - 0x80000000
