"""One clock for everybody: when, on the node's clock, a packet's media was captured.

A packet arrives after its capture by a delay that varies, never less than the path needs. So of
all packets in a window the quickest tells most, and a line through the quickest ones of every
window follows the sender's clock (its rate differs from ours by some parts per million).

The sender's own clock is its NTP time where RTCP sender reports say which RTP time belongs to it:
then microphone and camera of one person share one line, and lips fit the voice. Without reports
each source counts its RTP time from its own line. What remains unknown is the shortest delay of
the path itself, some milliseconds to tens of them, and it is the same for all sources of a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from media.recorder.packets import Numbering
from media.tape.format import Packet, SenderReport

WINDOW_S = 5.0
"""One quickest packet per window. Lower: slow ones are taken for quick. Higher: steps of the
sender's clock are found later."""
STEP_S = 0.08
"""The quickest packets of two windows in a row this far off the line: the sender's media clock
jumped (a sleeping laptop), and a new line begins. Lower: a bad network looks like that. Higher:
an error of this size may stay."""
LARGEST_DRIFT = 300e-6
"""Sound cards differ from their nominal rate by less. Lower: bad ones run away. Higher: a change
of the network's delay is taken for drift."""
DRIFT_NEEDS_S = 60.0
"""Believe in drift only over a stretch this long; before that, noise is larger."""
REPORTS_AGREE_S = 0.1
"""Reports further off their own line than this are not used: the sender's clock was set."""
NTP_FRACTION = 1 << 32


@dataclass(frozen=True)
class Line:
    slope: float
    at: float
    value: float

    def __call__(self, x: float) -> float:
        return self.value + (x - self.at) * self.slope


@dataclass
class Stretch:
    """What one stretch of one tape shows; times are seconds."""

    clock_rate: int
    points: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Window of arrival → (RTP time, arrival) of its quickest packet."""
    reports: list[tuple[float, float]] = field(default_factory=list)
    """(RTP time, sender's NTP time)."""
    sender: Line | None = None
    """RTP time → sender's NTP time, when its reports agree."""

    def seen(self, rtp_s: float, arrival: float) -> None:
        window = int(arrival // WINDOW_S)
        best = self.points.get(window)
        if best is None or arrival - rtp_s < best[1] - best[0]:
            self.points[window] = (rtp_s, arrival)


@dataclass(frozen=True)
class Scan:
    """One reading of one tape for its times; arrivals are seconds on the common clock."""

    stretches: Sequence[Stretch]
    packets: int
    malformed: int


def scan(records: Iterable[Packet | SenderReport], clock_rate: int, tape_starts_s: float) -> Scan:
    numbering, stretches, packets = Numbering(), list[Stretch](), 0
    last_timestamp = 0
    for record in records:
        if isinstance(record, Packet):
            packet = numbering.number(record)
            if packet is None:
                continue
            packets += 1
            if packet.stretch == len(stretches):
                stretches.append(Stretch(clock_rate))
            last_timestamp = packet.timestamp
            arrival = tape_starts_s + record.arrival_s
            stretches[-1].seen(packet.timestamp / clock_rate, arrival)
        elif stretches:
            ahead = (record.rtp_timestamp - last_timestamp + (1 << 31)) % (1 << 32) - (1 << 31)
            rtp_s = (last_timestamp + ahead) / clock_rate
            stretches[-1].reports.append((rtp_s, record.ntp / NTP_FRACTION))
    for stretch in stretches:
        stretch.sender = _sender_line(stretch.reports)
    return Scan(stretches, packets, numbering.malformed)


@dataclass(frozen=True)
class Piece:
    """From this arrival on, this line holds."""

    from_arrival_s: float
    line: Line


class Mapping:
    """RTP time of one stretch → seconds on the common clock."""

    def __init__(self, stretch: Stretch, pieces: Sequence[Piece]) -> None:
        self._clock_rate = stretch.clock_rate
        self._sender = stretch.sender
        self._pieces = pieces

    def __call__(self, timestamp: int, arrival: float) -> float:
        x = timestamp / self._clock_rate
        if self._sender is not None:
            x = self._sender(x)
        piece = self._pieces[0]
        for later in self._pieces[1:]:
            if arrival < later.from_arrival_s:
                break
            piece = later
        return piece.line(x)


@dataclass(frozen=True)
class Alignment:
    """The mappings of a person's tapes, in the order of the scans, and how good they are."""

    mappings: Sequence[Sequence[Mapping]]
    error_ms: float
    """Half the spread of the quickest packets around their line: an estimate, not a bound."""


def align(scans: Sequence[Scan]) -> Alignment:
    """All tapes of one person together. Sources with agreeing reports share their line."""
    shared: list[tuple[float, float]] = []
    for stretch in _stretches(scans):
        if stretch.sender is not None:
            shared += [(stretch.sender(x), at) for x, at in stretch.points.values()]
    common = _pieces(_quickest(shared)) if shared else []
    residuals: list[float] = []
    mappings: list[list[Mapping]] = []
    for each in scans:
        row = []
        for stretch in each.stretches:
            points = sorted(stretch.points.values(), key=lambda p: p[1])
            pieces = common if stretch.sender is not None else _pieces(points)
            row.append(mapping := Mapping(stretch, pieces))
            rate = stretch.clock_rate
            residuals += [at - mapping(round(x * rate), at) for x, at in points]
        mappings.append(row)
    middle = median(residuals) if residuals else 0.0
    spread = median(abs(r - middle) for r in residuals) if residuals else 0.0
    return Alignment(mappings, round(spread * 1000, 1))


def _stretches(scans: Sequence[Scan]) -> Iterable[Stretch]:
    return (stretch for each in scans for stretch in each.stretches)


def _sender_line(reports: Sequence[tuple[float, float]]) -> Line | None:
    if not reports:
        return None
    line = _fit(reports)
    agree = all(abs(ntp - line(rtp)) < REPORTS_AGREE_S for rtp, ntp in reports)
    return line if agree else None


def _quickest(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of several sources' points in one window the quickest: the others only waited longer."""
    best: dict[int, tuple[float, float]] = {}
    for x, at in points:
        window = int(at // WINDOW_S)
        if window not in best or at - x < best[window][1] - best[window][0]:
            best[window] = (x, at)
    return [best[window] for window in sorted(best)]


def _pieces(points: Sequence[tuple[float, float]]) -> list[Piece]:
    groups: list[list[tuple[float, float]]] = [[points[0]]]
    for number, (x, at) in enumerate(points[1:], 1):
        level = median(a - b for b, a in groups[-1][-5:])
        following = points[min(number + 1, len(points) - 1)]
        off, next_off = at - x - level, following[1] - following[0] - level
        if min(abs(off), abs(next_off)) > STEP_S and off * next_off > 0:
            groups.append([])
        groups[-1].append((x, at))
    return [Piece(group[0][1], _fit(group, quickest=True)) for group in groups]


def _fit(points: Sequence[tuple[float, float]], *, quickest: bool = False) -> Line:
    """A line by the median of slopes over half the length (after Theil and Sen).

    Its height is the median of the points, or that of the quicker half of them.
    """
    half = len(points) // 2
    slope = 1.0
    if half and points[-1][0] - points[0][0] > DRIFT_NEEDS_S:
        pairs = zip(points[: len(points) - half], points[half:], strict=True)
        slope = median((b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs if b[0] > a[0])
        slope = min(max(slope, 1 - LARGEST_DRIFT), 1 + LARGEST_DRIFT)
    at = points[0][0]
    heights = sorted(y - (x - at) * slope for x, y in points)
    level = heights[len(heights) // 4] if quickest else median(heights)
    return Line(slope, at, level)
