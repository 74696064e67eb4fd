"""The first reading of a tape: of all its packets, what tells when they were captured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from media.recorder.clockwork import STEP_S, Point
from media.recorder.rows import RowReader, Rows

RUN_S = 0.5
"""One quickest packet per run. Lower: more to look at. Higher: that a clock stood still is noticed
later."""
NTP_FRACTION = 1 << 32


@dataclass
class Stretch:
    """What one stretch of one tape shows; times are seconds."""

    clock_rate: int
    ssrc: int = 0
    points: list[Point] = field(default_factory=list)
    """(first RTP time, RTP time and arrival of the quickest packet) of each run of packets."""
    reports: list[tuple[float, float]] = field(default_factory=list)
    """(RTP time, sender's NTP time)."""


@dataclass(frozen=True)
class Scan:
    """One reading of one tape for its times; arrivals are seconds on the common clock."""

    stretches: Sequence[Stretch]
    packets: int
    malformed: int


def scan(chunks: Iterable[bytes], clock_rate: int, tape_starts_s: float) -> Scan:
    """`chunks`: opened ones, as `TapeReader.opened` gives them."""
    reader, stretches, packets = RowReader(), list[Stretch](), 0
    for batch in reader.batches(chunks):
        packets += len(batch.rows)
        if len(batch.rows):
            while len(stretches) <= int(batch.rows.stretch[-1]):
                stretches.append(Stretch(clock_rate, reader.ssrcs[len(stretches)]))
            for number, point in _runs(batch.rows, clock_rate, tape_starts_s):
                stretches[number].points.append(point)
        for number, rtp, ntp, _ in batch.reports:
            stretches[number].reports.append((rtp / clock_rate, ntp / NTP_FRACTION))
    return Scan(stretches, packets, reader.malformed)


def _runs(rows: Rows, clock_rate: int, starts_s: float) -> Iterable[tuple[int, Point]]:
    """The quickest of each run: until its time or a stretch ends, or the delay makes a step."""
    x, at = rows.timestamp / clock_rate, rows.at_s + starts_s
    delay = at - x
    ends = np.diff(rows.stretch) != 0
    ends |= np.diff(at // RUN_S) != 0
    ends |= np.abs(np.diff(delay)) > STEP_S
    begins = np.concatenate(([0], np.flatnonzero(ends) + 1))
    number = np.concatenate(([0], np.cumsum(ends)))
    best = np.lexsort((delay, number))[begins]
    first = np.minimum.reduceat(x, begins)
    columns = (rows.stretch[begins], first, x[best], at[best])
    for stretch, *times in zip(*(column.tolist() for column in columns), strict=True):
        yield stretch, Point(*times)
