"""One clock for everybody: when, on the node's clock, a packet's media was captured.

A packet arrives after its capture by a delay that varies, never less than the path needs. So of
all packets in a window the quickest tells most, and a line under the quickest ones of every window
follows the sender's clock: the lower envelope by which Moon, Skelly and Towsley (INFOCOM 1999) tell
a clock's skew from the network's delays. Its slope is one for a clock, however often it stopped.

The sender's own clock is its NTP time where RTCP sender reports say which RTP time belongs to it
(RFC 3550 §6.4.1): then microphone and camera of one person share one line, and lips fit the voice.
Without reports each source counts its RTP time from its own line. What remains unknown is the
shortest delay of the path itself, some milliseconds to tens of them, and it is the same for all
sources of a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from media.recorder.clockwork import (
    Line,
    Point,
    Reports,
    Segment,
    first_skew_of,
    high_error_s,
    level_of,
    quickest,
    segments_of,
    skew_of,
    weighted_median,
)
from media.recorder.rows import Rows
from media.recorder.scanning import Scan, Stretch

WINDOW_S = 5.0
"""A line follows one quickest packet per window. Lower: slow ones are taken for quick. Higher: a
network that is slow for a while hides more."""
REPORTS_AGREE_S = 0.1
"""Reports further off their own line than this are not used."""
MOST_AGREE = 0.8
"""If fewer do than this share, the sender's clock was set, and none is used. Lower: a clock that is
set near the end is believed. Higher: one report that a busy machine made late undoes all."""
LOOKS = 16
"""At a clock's skew, until it stays. Lower: what adds up is taken for skew. Higher: work."""
SKEW_STAYS = 1e-6
SET_S = 1.0
"""Where reports agree, RTP and NTP time run together; only both stopping (a sleeping laptop) makes
a step of this size in what the packets need. Lower: a slow network looks like sleep. Higher: a
short sleep moves what follows."""
RUNS_ON_S = 0.5
"""An SSRC that comes back on a tape, at most so far from where its clock must be, never stopped.
Lower: a clock read through a slow network is taken for a new one. Higher: the other way round."""
ROUNDING_S = 0.001
"""Files count milliseconds."""


class Mapping:
    """RTP time of one stretch → seconds on the common clock."""

    def __init__(
        self, clock_rate: int, shift: float, begins: Sequence[float], lines: Sequence[Line]
    ) -> None:
        """`begins`: RTP seconds from which on each line holds; the first holds before as well.
        `shift` is added to the stretch's own RTP seconds."""
        self._clock_rate = clock_rate
        self._shift = shift
        self._begins = list(begins[1:])
        self._lines = list(lines)

    def __call__(self, timestamps: NDArray[np.int64]) -> NDArray[np.float64]:
        x = timestamps / self._clock_rate + self._shift
        place = np.searchsorted(self._begins, x, "right")
        slope, at, value = np.array(self._lines).T
        return np.asarray(value[place] + (x - at[place]) * slope[place], np.float64)


def captured(ordered: Iterable[Rows], mappings: Sequence[Mapping]) -> Iterator[Rows]:
    """The same packets with the times of their capture in place of their arrival's."""
    for rows in ordered:
        at = np.empty(len(rows))
        for number in np.unique(rows.stretch).tolist():
            own = rows.stretch == number
            at[own] = mappings[number](rows.timestamp[own])
        yield replace(rows, at_s=at)


@dataclass(frozen=True)
class Alignment:
    """The mappings of a person's tapes, in the order of the scans, and how good they are."""

    mappings: Sequence[Sequence[Mapping]]
    errors_ms: Sequence[float]
    """Of each tape: how far from their line the quickest packets of any minute are, and its reports
    from theirs. An estimate; the shortest delay of the path is not in it."""

    @property
    def error_ms(self) -> float:
        return max(self.errors_ms, default=0.0)


@dataclass
class _Piece:
    """One segment of one stretch, and what it was found to be."""

    segment: Segment
    sender: Line | None
    """RTP → NTP time, where its reports agree."""
    tape: int = 0
    line: Line | None = None
    """RTP time → common clock."""
    error_s: float = 0.0

    @cached_property
    def in_ntp(self) -> list[Point]:
        assert self.sender is not None
        return [Point(self.sender(p.first), self.sender(p.x), p.at) for p in self.segment.points]


def align(scans: Sequence[Scan]) -> Alignment:
    """All tapes of one person together. Sources with agreeing reports share their line."""
    runs = [_runs_of(each.stretches) for each in scans]
    pieces = [[piece for run in each for piece in run.pieces] for each in runs]
    for number, each in enumerate(pieces):
        for piece in each:
            piece.tape = number
    _share(pieces)
    for each in pieces:
        _alone(each)
    errors = [max((p.error_s for p in each), default=-ROUNDING_S) + ROUNDING_S for each in pieces]
    return Alignment(
        [_mappings(found.stretches, each) for found, each in zip(scans, runs, strict=True)],
        [round(error * 1000, 1) for error in errors],
    )


@dataclass
class _Run:
    """One SSRC's clock, over all stretches of a tape in which it was heard."""

    whole: Stretch
    shifts: dict[int, float]
    """Of each of its stretches: what makes their RTP seconds run on."""
    pieces: list[_Piece] = field(default_factory=list)


def _runs_of(stretches: Sequence[Stretch]) -> list[_Run]:
    """A tape that goes back to a layer goes back to its clock."""
    runs: list[_Run] = []
    by_ssrc: dict[int, _Run] = {}
    for number, stretch in enumerate(stretches):
        run = by_ssrc.get(stretch.ssrc)
        shift = _shift(run.whole, stretch) if run else None
        if run is None or shift is None:
            run = by_ssrc[stretch.ssrc] = _Run(Stretch(stretch.clock_rate, stretch.ssrc), {})
            runs.append(run)
        shift = run.shifts[number] = shift or 0.0
        if shift:
            points = [Point(p.first + shift, p.x + shift, p.at) for p in stretch.points]
        else:
            points = stretch.points
        run.whole.points += points
        run.whole.reports += [(rtp + shift, ntp) for rtp, ntp in stretch.reports]
    for run in runs:
        run.pieces = _pieces(run.whole)
    return runs


def _shift(before: Stretch, after: Stretch) -> float | None:
    """What, in whole rounds of the RTP clock, makes the second go on where the first ended; None if
    it began anew."""
    last, first = before.points[-1], after.points[0]
    turn_s = (1 << 32) / before.clock_rate
    passed = first.at - last.at
    shift = round((last.x + passed - first.x) / turn_s) * turn_s
    return shift if abs(first.x + shift - last.x - passed) < RUNS_ON_S else None


def _pieces(stretch: Stretch) -> list[_Piece]:
    """Many small steps look like a skew at first; within what is cut by it the skew shows."""
    told = [Point(rtp, rtp, ntp) for rtp, ntp in sorted(stretch.reports)]
    skews, seen = (first_skew_of(stretch.points), first_skew_of(told)), (0.0, 0.0)
    for _ in range(LOOKS):
        segments = segments_of(stretch.points, skews[0], Reports(told, skews[1]))
        within, seen = _within(segments, told), skews
        skews = skew_of([each.points for each in segments]), skew_of(within)
        if np.allclose(skews, seen, atol=SKEW_STAYS):
            break
    found = []
    for segment, reports in zip(segments, within, strict=True):
        sender, error = _sender_line(reports, skews[1])
        found.append(_Piece(segment, sender, error_s=error))
    return found


def _within(segments: Sequence[Segment], told: Sequence[Point]) -> list[list[Point]]:
    begins = [segment.begins for segment in segments[1:]]
    found: list[list[Point]] = [[] for _ in segments]
    for point in told:
        found[int(np.searchsorted(begins, point.x, "right"))].append(point)
    return found


def _sender_line(reports: Sequence[Point], slope: float) -> tuple[Line | None, float]:
    """The line through the reports, and how far most are off it. A busy machine makes a report too
    late at times, none too early: so the line goes through the earlier ones."""
    if not reports:
        return None, 0.0
    at = reports[0].x
    heights = np.array([p.at - (p.x - at) * slope for p in reports])
    agree = heights[np.abs(heights - np.median(heights)) < REPORTS_AGREE_S]
    if len(agree) < MOST_AGREE * len(heights):
        return None, 0.0
    level = float(np.quantile(agree, 0.1))
    return Line(slope, at, level), float(np.median(np.abs(agree - level)))


def _share(tapes: Sequence[Sequence[_Piece]]) -> None:
    """One line for all that count in the sender's NTP time; a new one after it slept.

    A piece whose few reports were late would be late on it, and one whose few packets were slow on
    a line of its own: neither is ever early, so the earlier is nearer.
    """
    told = [piece for each in tapes for piece in each if piece.sender]
    slope = skew_of([piece.in_ntp for piece in told])
    for epoch in _epochs(told, slope):
        lines = [_own_line(piece.in_ntp, slope) for piece in epoch]
        shared = _shared_line(epoch, lines)
        for piece, own in zip(epoch, lines, strict=True):
            assert piece.sender is not None
            by_itself = own.value <= shared(own.at)
            line = own if by_itself else shared
            piece.line = line.after(piece.sender)
            # By itself it is where its packets say, whatever is wrong with its reports.
            said = 0.0 if by_itself else piece.error_s
            piece.error_s = said + high_error_s(quickest(piece.in_ntp, WINDOW_S), line)


def _own_line(points: Sequence[Point], slope: float) -> Line:
    points = quickest(points, WINDOW_S)
    return Line(slope, points[0].x, level_of(points, slope))


def _shared_line(pieces: Sequence[_Piece], lines: Sequence[Line]) -> Line:
    """Of the tape whose packets come soonest; of its pieces the middle one, by their packets."""
    at = lines[0].at
    heights: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for piece, line in zip(pieces, lines, strict=True):
        heights[piece.tape].append((line(at), len(piece.segment.points)))
    levels = [weighted_median(*np.array(each, np.float64).T) for each in heights.values()]
    return Line(lines[0].slope, at, min(levels))


def _epochs(pieces: Sequence[_Piece], slope: float) -> list[list[_Piece]]:
    epochs: list[list[_Piece]] = []
    height = 0.0
    for piece in sorted(pieces, key=lambda one: one.segment.points[0].at):
        points = piece.in_ntp
        own = min(p.at - p.x * slope for p in points)
        if not epochs or abs(own - height) > SET_S:
            epochs.append([])
        height = own
        epochs[-1].append(piece)
    return epochs


def _alone(pieces: Sequence[_Piece]) -> None:
    """Lines of their own for what has no reports, by its source's skew. Where other parts of the
    source have reports, they tell how much later than needed its packets always come."""
    lonely = [piece for piece in pieces if piece.line is None]
    if not lonely:
        return
    slope = skew_of([piece.segment.points for piece in pieces])
    told = [(piece.line, _own_line(piece.segment.points, slope)) for piece in pieces if piece.line]
    lags = [own.value - line(own.at) for line, own in told]
    lag = float(np.median(lags)) if lags else 0.0
    for piece in lonely:
        line = _own_line(piece.segment.points, slope)
        piece.error_s += high_error_s(quickest(piece.segment.points, WINDOW_S), line)
        piece.line = Line(slope, line.at, line.value - lag)


def _mappings(stretches: Sequence[Stretch], runs: Sequence[_Run]) -> list[Mapping]:
    made: dict[int, Mapping] = {}
    for run in runs:
        begins = [piece.segment.begins for piece in run.pieces]
        lines = [piece.line for piece in run.pieces if piece.line is not None]
        for number, shift in run.shifts.items():
            made[number] = Mapping(run.whole.clock_rate, shift, begins, lines)
    return [made[number] for number in range(len(stretches))]
