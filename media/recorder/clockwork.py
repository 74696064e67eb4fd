"""A clock read through a network: its skew, where it stopped, and the line under its delays. Pure.

A point is a packet that was quick among its neighbours: its time on the sender's clock, and its
arrival. Times are seconds; a delay here counts from an arbitrary zero.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LARGEST_SKEW = 600e-6
"""Sound cards differ from their nominal rate by less. Lower: bad ones run away. Higher: a change of
the network's delay is taken for skew."""
SKEW_NEEDS_S = 60.0
"""Believe in a skew only over pairs of points this far apart: then 6 ms of noise are 100 ppm, and
the median of many pairs is better by far. Lower: noise becomes skew. Higher: short stretches of a
bad clock run away."""
STEP_S = 0.08
"""The delay rises by this and stays: the sender's media clock stood still for a moment (sound that
was not captured). Lower: a bad network looks like that. Higher: an error of this size may stay."""
STAYS_S = 120.0
"""A queue in the network is empty for a moment in less than this. Lower: congestion is taken for a
clock that stood still. Higher: the other way round."""
LEAP_S = 1.0
"""A step larger than this is the clock's, when it stays for `LEAP_STAYS_S`, and whichever way."""
LEAP_STAYS_S = 5.0
RECENT_S = 60.0
"""A step is one from the quickest of so long before. Lower: slow ones are taken for quick. Higher:
what is left of a skew looks like a step."""
MINUTE_S = 60.0


class Point(NamedTuple):
    first: float
    """Earliest time, on the sender's clock, of the packets it stands for."""
    x: float
    at: float


class Line(NamedTuple):
    slope: float
    at: float
    value: float

    def __call__(self, x: float) -> float:
        return self.value + (x - self.at) * self.slope

    def after(self, other: "Line") -> "Line":
        """First the other, then this one."""
        return Line(self.slope * other.slope, other.at, self(other.value))


@dataclass(frozen=True)
class Segment:
    """While the clock ran without a step."""

    begins: float
    points: Sequence[Point]


def skew_of(rows: Sequence[Sequence[Point]]) -> float:
    """How many of our seconds one of the sender's lasts: the median slope of pairs (after Theil and
    Sen) within a row. Pairs over a step are steeper than any clock and do not count."""
    slopes, weights = [], []
    for row in rows:
        points = quickest(row, MINUTE_S / 6)
        x, at = np.array([p.x for p in points]), np.array([p.at for p in points])
        apart = 1
        while apart < len(x):
            run, rise = x[apart:] - x[:-apart], at[apart:] - at[:-apart]
            far = run >= SKEW_NEEDS_S
            slope = rise[far] / run[far]
            fits = np.abs(slope - 1) <= LARGEST_SKEW
            slopes.append(slope[fits])
            weights.append(run[far][fits])
            apart = max(apart + 1, apart * 5 // 4)
    if not slopes:
        return 1.0
    return _weighted_median(np.concatenate(slopes), np.concatenate(weights))


def segments_of(points: Sequence[Point], skew: float) -> list[Segment]:
    """Cut where the delay makes a step and stays there."""
    if not points:
        return []
    delays = np.array([p.at - p.x * skew for p in points])
    arrivals = np.array([p.at for p in points])
    recent: deque[tuple[float, float]] = deque()
    cuts = [0]
    for number, (delay, arrival) in enumerate(zip(delays, arrivals, strict=True)):
        while recent and arrival - recent[0][0] > RECENT_S and len(recent) > 1:
            recent.popleft()
        if recent and _steps(number, delays, arrivals, min(low for _, low in recent)):
            cuts.append(number)
            recent.clear()
        recent.append((arrival, delay))
    edges = [*cuts, len(points)]
    return [Segment(points[begin].first, points[begin:end]) for begin, end in pairwise(edges)]


def _steps(number: int, delays: Floats, arrivals: Floats, low: float) -> bool:
    step = delays[number] - low
    if -LEAP_S < step < STEP_S:
        return False
    stays_s = LEAP_STAYS_S if abs(step) > LEAP_S else STAYS_S
    end = int(np.searchsorted(arrivals, arrivals[number] + stays_s, "right"))
    if step < 0:
        return bool(delays[number:end].max() < low - LEAP_S)
    least = LEAP_S if abs(step) > LEAP_S else STEP_S
    return bool(delays[number:end].min() > low + least)


def quickest(points: Sequence[Point], window_s: float) -> list[Point]:
    """One point for each window of arrival: the others only waited longer."""
    best: dict[int, Point] = {}
    for point in points:
        window = int(point.at // window_s)
        held = best.get(window)
        if held is None or point.at - point.x < held.at - held.x:
            best[window] = point
    return [best[window] for window in sorted(best)]


def level_of(points: Sequence[Point], slope: float) -> float:
    """Our time at the first point, by the quicker ones: those that are merely the quickest of a bad
    moment stand above."""
    at = points[0].x
    return float(np.quantile([p.at - (p.x - at) * slope for p in points], 0.1))


def high_error_s(points: Sequence[Point], line: Line) -> float:
    """How far the line may be off. A packet that is quicker than its line shows an error outright;
    minutes whose quickest is above it may be slow ones, so a tenth of them is passed over."""
    minutes: dict[int, float] = {}
    for point in points:
        minute = int(point.at // MINUTE_S)
        above = point.at - line(point.x)
        minutes[minute] = min(minutes.get(minute, above), above)
    each = np.array(list(minutes.values()))
    return float(max(-each.min(), np.quantile(each, 0.9), 0.0))


def _weighted_median(values: Floats, weights: Floats) -> float:
    if not len(values):
        return 1.0
    order = np.argsort(values)
    heights = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(heights, heights[-1] / 2)])
