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
SKEW_NEEDS_S = 30.0
"""Believe in a skew only over pairs of points this far apart: then 6 ms of noise are 200 ppm, and
the median of many pairs, the far ones before all, is better by far. Lower: noise becomes skew.
Higher: what lies between two steps is too short to tell."""
NEAR_S = (15.0, 40.0)
"""A first look at a skew takes pairs so far apart: few steps lie between. Lower: more noise.
Higher: in a short recording most have one and the same step between them, which looks like skew."""
WINDOW_S = 5.0
"""Slopes are those of the quickest points of such windows. Lower: more noise. Higher: few pairs."""
STEP_S = 0.08
"""The delay rises by this and stays: the sender's media clock stood still for a moment (sound that
was not captured). Lower: a bad network looks like that. Higher: an error of this size may stay."""
SMALL_STEP_S = 0.015
"""A smaller step counts if the sender's own reports show it too: a busy machine loses some
milliseconds of sound here and there, which add up. Lower: noise cuts the line to pieces. Higher: so
much may be off."""
STAYS_S = 120.0
"""A queue in the network is empty for a moment in less than this. Lower: congestion is taken for a
clock that stood still. Higher: the other way round."""
LEAP_S = 1.0
"""A step larger than this is the clock's, when it stays for `LEAP_STAYS_S`, and whichever way."""
LEAP_STAYS_S = 5.0
RECENT_S = 60.0
"""A step is one from the quickest of so long before. Lower: slow ones are taken for quick. Higher:
what is left of a skew looks like a step."""
FEW = 20
"""Slopes of which one cannot say where they lie closest."""
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
    slopes, runs = _slopes(rows)
    return weighted_median(slopes, runs**2)


def first_skew_of(row: Sequence[Point]) -> float:
    """The same where steps are still in the row. Pairs over them are steeper by much and by little,
    the others all alike: where the slopes lie closest together, it is."""
    slopes = np.sort(_slopes([row], *NEAR_S)[0])
    if len(slopes) < FEW:
        return skew_of([row])
    count = len(slopes) // 4
    begin = int(np.argmin(slopes[count:] - slopes[:-count]))
    return float(np.median(slopes[begin : begin + count + 1]))


def _slopes(
    rows: Sequence[Sequence[Point]], least_s: float = SKEW_NEEDS_S, most_s: float = float("inf")
) -> tuple[Floats, Floats]:
    """Of pairs so far apart; and how far they are."""
    slopes, runs = [np.zeros(0)], [np.zeros(0)]
    for row in rows:
        points = quickest(row, WINDOW_S)
        x, at = np.array([p.x for p in points]), np.array([p.at for p in points])
        apart = 1
        while apart < len(x):
            run, rise = x[apart:] - x[:-apart], at[apart:] - at[:-apart]
            far = (run >= least_s) & (run <= most_s)
            slope = rise[far] / run[far]
            fits = np.abs(slope - 1) <= LARGEST_SKEW
            slopes.append(slope[fits])
            runs.append(run[far][fits])
            apart = max(apart + 1, apart * 5 // 4)
    return np.concatenate(slopes), np.concatenate(runs)


def segments_of(
    points: Sequence[Point], skew: float, reports: "Reports | None" = None
) -> list[Segment]:
    """Cut where the delay makes a step and stays there."""
    if not points:
        return []
    delays = np.array([p.at - p.x * skew for p in points])
    arrivals = np.array([p.at for p in points])
    recent: deque[tuple[float, float]] = deque()
    cuts = [0]
    for number, (delay, arrival) in enumerate(zip(delays.tolist(), arrivals.tolist(), strict=True)):
        while recent and arrival - recent[0][0] > RECENT_S and len(recent) > 1:
            recent.popleft()
        if recent:
            low = recent[0][1]
            if not -LEAP_S < delay - low < SMALL_STEP_S:
                since = points[cuts[-1]].first
                rise = _step(number, delays, arrivals, low)
                if abs(rise) >= STEP_S or (
                    rise and reports and reports.show(rise, since, points[number])
                ):
                    cuts.append(number)
                    recent.clear()
        while recent and recent[-1][1] >= delay:
            recent.pop()  # never again the lowest
        recent.append((arrival, delay))
    edges = [*cuts, len(points)]
    return [Segment(points[begin].first, points[begin:end]) for begin, end in pairwise(edges)]


def _step(number: int, delays: Floats, arrivals: Floats, low: float) -> float:
    """By how much the delay rose here, or fell, and stays; 0 if it comes back."""
    step = delays[number] - low
    leaps = abs(step) > LEAP_S
    stays_s = LEAP_STAYS_S if leaps else STAYS_S
    end = int(np.searchsorted(arrivals, arrivals[number] + stays_s, "right"))
    if step < 0:
        fall = float(delays[number:end].max() - low)
        return fall if fall < -LEAP_S else 0.0
    rise = float(delays[number:end].min() - low)
    return rise if rise > (LEAP_S if leaps else SMALL_STEP_S) else 0.0


class Reports:
    """How far a sender's wall clock is ahead of its media clock, as its reports tell."""

    def __init__(self, told: Sequence[Point], slope: float) -> None:
        """`told`: of each report the time on the media clock, and as `at` that on the wall clock.
        `slope`: of the wall clock over the media clock while that runs."""
        self._x = np.array([point.x for point in told])
        self._ahead = np.array([point.at - point.x * slope for point in told])

    def show(self, rise_s: float, since: float, point: Point) -> bool:
        """Whether the media clock fell behind by at least half of this at the point. A report is
        made late at times, never early: the earliest of some tell."""
        here = int(np.searchsorted(self._x, point.first))
        begin = int(np.searchsorted(self._x, max(since, point.first - RECENT_S)))
        end = int(np.searchsorted(self._x, point.first + RECENT_S))
        if not here or here == end:
            return False
        before = self._ahead[min(begin, here - 1) : here].min()
        return bool(self._ahead[here:end].min() - before >= rise_s / 2)


def quickest(points: Sequence[Point], window_s: float) -> list[Point]:
    """One point for each window of arrival: the others only waited longer."""
    if not points:
        return []
    x, at = np.array([p.x for p in points]), np.array([p.at for p in points])
    window = at // window_s
    order = np.lexsort((at - x, window))
    first = np.diff(window[order], prepend=-np.inf) > 0
    return [points[place] for place in order[first].tolist()]


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


def weighted_median(values: Floats, weights: Floats) -> float:
    if not len(values):
        return 1.0
    order = np.argsort(values)
    heights = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(heights, heights[-1] / 2)])
