"""The packets of a tape in columns: what must be known of every packet, without one object each.

Two hours of one person are half a million packets. Their headers are read here by numpy, some
seconds of a tape at a time, and mean the same as when packets are read one after another
(tests/fixtures/one_by_one.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from media.recorder.packets import RESTART_PACKETS, WAIT_S, Losses, RtpPacket
from media.tape.format import PACKET, RECORD_HEAD, REPORT, SENDER_REPORT

CHUNKS = 64
"""Chunks of at most 200 ms read at a time. Lower: more overhead. Higher: more memory; with a camera
these are some 700 KB."""
FIXED = 12
"""Bytes of an RTP header without its extension (RFC 3550 §5.1)."""

Whole = NDArray[np.int64]
Seconds = NDArray[np.float64]


@dataclass
class Rows:
    """Packets in the order of arrival. Numbers and times are without wrap-around in a stretch."""

    plain: bytes
    at_s: Seconds
    """As in `RtpPacket`."""
    sequence: Whole
    timestamp: Whole
    stretch: Whole
    marker: NDArray[np.bool_]
    begin: Whole
    end: Whole
    """Of the payload, in `plain`."""

    def __len__(self) -> int:
        return len(self.at_s)

    def take(self, index: "NDArray[np.int64] | NDArray[np.bool_] | slice") -> "Rows":
        names = (f.name for f in fields(self) if f.name != "plain")
        return Rows(self.plain, **{name: getattr(self, name)[index] for name in names})

    def packets(self) -> Iterator[RtpPacket]:
        """One by one, for what looks at every packet. Whose they are is in the stretch."""
        columns = (self.at_s, self.sequence, self.timestamp, self.marker, self.stretch)
        each = zip(*(column.tolist() for column in columns), self.payloads(), strict=True)
        for arrival, sequence, timestamp, marker, stretch, payload in each:
            yield RtpPacket(arrival, 0, sequence, timestamp, marker, payload, stretch)

    def payloads(self) -> Iterator[bytes]:
        plain = self.plain
        for begin, end in zip(self.begin.tolist(), self.end.tolist(), strict=True):
            yield plain[begin:end]


@dataclass
class Batch:
    """What some chunks hold."""

    rows: Rows
    reports: list[tuple[int, int, int, int]]
    """(stretch, RTP time without wrap-around, NTP time, arrival in µs); none before a packet."""


class RowReader:
    """Numbers the packets of one tape, batch after batch."""

    def __init__(self) -> None:
        self.malformed = 0
        self.ssrcs: list[int] = []
        """Of each stretch."""
        self._last: tuple[int, int, int, int, int, int] | None = None
        # SSRC, sequence and timestamp as sent, and without wrap-around; the stretch

    def batches(self, chunks: Iterable[bytes]) -> Iterator[Batch]:
        held: list[bytes] = []
        for chunk in chunks:
            held.append(chunk)
            if len(held) == CHUNKS:
                yield self._batch(held)
                held = []
        if held:
            yield self._batch(held)

    def _batch(self, chunks: Sequence[bytes]) -> Batch:
        plain = b"".join(chunks)
        arrivals, begins, ends, reports = _walk(plain, [len(chunk) for chunk in chunks])
        rows = self._numbered(plain, arrivals, begins, ends)
        return Batch(rows, self._told(rows, reports))

    def _numbered(
        self, plain: bytes, arrivals: list[int], begins: list[int], ends: list[int]
    ) -> Rows:
        begin, end = np.array(begins, np.int64), np.array(ends, np.int64)
        data = np.frombuffer(plain + bytes(FIXED + 4), np.uint8)
        first, payload = data[begin], begin + FIXED + 4 * (data[begin] & 0x0F).astype(np.int64)
        extended = (first & 0x10) != 0
        where = np.minimum(payload, end)
        words = data[where + 2].astype(np.int64) << 8 | data[where + 3]
        payload += np.where(extended, 4 + 4 * words, 0)
        padding = np.where(first & 0x20, data[np.maximum(end - 1, 0)], 0)
        sound = (end - begin >= FIXED) & (first >> 6 == 2)
        sound &= end - padding >= payload
        self.malformed += int(np.count_nonzero(~sound))
        at = begin[sound]
        sequence, timestamp = _number(data, at + 2, 2), _number(data, at + 4, 4)
        numbers = self._continued(_number(data, at + 8, 4), sequence, timestamp)
        arrival = np.array(arrivals, np.float64)[sound] / 1e6
        marker = (data[at + 1] & 0x80) != 0
        return Rows(plain, arrival, *numbers, marker, payload[sound], (end - padding)[sound])

    def _continued(
        self, ssrc: Whole, sequence: Whole, timestamp: Whole
    ) -> tuple[Whole, Whole, Whole]:
        """Sequence and timestamp without wrap-around, and the stretch."""
        if not len(ssrc):
            return sequence, timestamp, sequence
        known = self._last or (-1, 0, 0, 0, 0, -1)
        steps = _signed(np.diff(sequence, prepend=known[1]), 16)
        times = _signed(np.diff(timestamp, prepend=known[2]), 32)
        begins = (np.diff(ssrc, prepend=known[0]) != 0) | (np.abs(steps) > RESTART_PACKETS)
        stretch = known[5] + np.cumsum(begins)
        self.ssrcs += ssrc[begins].tolist()
        numbers = _run_on(steps, begins, sequence, known[3])
        clock = _run_on(times, begins, timestamp, known[4])
        self._last = (
            int(ssrc[-1]),
            int(sequence[-1]),
            int(timestamp[-1]),
            int(numbers[-1]),
            int(clock[-1]),
            int(stretch[-1]),
        )
        return numbers, clock, stretch

    def _told(
        self, rows: Rows, reports: Sequence[tuple[int, int, int]]
    ) -> list[tuple[int, int, int, int]]:
        """Reports beside the packet before them, whose time tells how often theirs wrapped."""
        told = []
        for arrival_us, rtp, ntp in reports:
            place = int(np.searchsorted(rows.at_s, arrival_us / 1e6, "right")) - 1
            if not len(rows):
                continue
            place = max(place, 0)
            near = int(rows.timestamp[place])
            ahead = (rtp - near + (1 << 31)) % (1 << 32) - (1 << 31)
            told.append((int(rows.stretch[place]), near + ahead, ntp, arrival_us))
        return told


def ordered(batches: Iterable[Batch], losses: Losses) -> Iterator[Rows]:
    """By number within each stretch, each once. Who comes later than `WAIT_S` is left out."""
    left: Rows | None = None
    after = (-1, 0)  # stretch and number of the last one given
    for batch in batches:
        rows = batch.rows if left is None or not len(left) else _joined(left, batch.rows)
        if not len(rows):
            continue
        ready, left = _until(rows, float(rows.at_s[-1]) - WAIT_S)
        ready, after = _given(ready, after, losses)
        yield ready
    if left is not None and len(left):
        yield _given(left, after, losses)[0]


def _until(rows: Rows, arrival_s: float) -> tuple[Rows, Rows]:
    """Those up to the last one that arrived before, in their order; the rest stays as it came."""
    order = np.lexsort((rows.sequence, rows.stretch))
    early = np.flatnonzero(rows.at_s[order] <= arrival_s)
    count = int(early[-1]) + 1 if len(early) else 0
    rest = np.sort(order[count:])
    return rows.take(order[:count]), rows.take(rest)


def _given(rows: Rows, after: tuple[int, int], losses: Losses) -> tuple[Rows, tuple[int, int]]:
    if not len(rows):
        return rows, after
    order = np.lexsort((rows.sequence, rows.stretch))
    rows = rows.take(order)
    late = (rows.stretch < after[0]) | ((rows.stretch == after[0]) & (rows.sequence <= after[1]))
    again = np.zeros(len(rows), bool)
    again[1:] = (np.diff(rows.stretch) == 0) & (np.diff(rows.sequence) == 0)
    losses.repeated += int(np.count_nonzero(late | again))
    rows = rows.take(~(late | again))
    if not len(rows):
        return rows, after
    steps = np.diff(rows.sequence, prepend=after[1])
    same = np.diff(rows.stretch, prepend=after[0]) == 0
    losses.lost += int(np.sum(steps[same] - 1))
    return rows, (int(rows.stretch[-1]), int(rows.sequence[-1]))


def _joined(first: Rows, second: Rows) -> Rows:
    begin = int(first.begin.min())
    kept = first.plain[begin : int(first.end.max())]
    shift = len(kept)
    return Rows(
        kept + second.plain,
        np.concatenate((first.at_s, second.at_s)),
        np.concatenate((first.sequence, second.sequence)),
        np.concatenate((first.timestamp, second.timestamp)),
        np.concatenate((first.stretch, second.stretch)),
        np.concatenate((first.marker, second.marker)),
        np.concatenate((first.begin - begin, second.begin + shift)),
        np.concatenate((first.end - begin, second.end + shift)),
    )


def _walk(
    plain: bytes, sizes: Iterable[int]
) -> tuple[list[int], list[int], list[int], list[tuple[int, int, int]]]:
    """Of each packet its arrival (µs), begin and end; of each report arrival, RTP, NTP."""
    arrivals: list[int] = []
    begins: list[int] = []
    ends: list[int] = []
    reports: list[tuple[int, int, int]] = []
    unpack, head = RECORD_HEAD.unpack_from, RECORD_HEAD.size
    at = 0
    for size in sizes:
        end = at + size
        while at < end:
            kind, length, arrival = unpack(plain, at)
            at += head
            if kind == PACKET:
                arrivals.append(arrival)
                begins.append(at)
                ends.append(at + length)
            elif kind == SENDER_REPORT:
                reports.append((arrival, *REPORT.unpack_from(plain, at)))
            at += length
        at = end
    return arrivals, begins, ends, reports


def _number(data: NDArray[np.uint8], at: Whole, size: int) -> Whole:
    total = np.zeros(len(at), np.int64)
    for place in range(size):
        total = total << 8 | data[at + place]
    return total


def _signed(difference: Whole, bits: int) -> Whole:
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half


def _run_on(steps: Whole, begins: NDArray[np.bool_], sent: Whole, before: int) -> Whole:
    """Steps summed from where the last batch ended; where a stretch begins, from what was sent."""
    total = before + np.cumsum(steps)
    starts = np.flatnonzero(begins)
    if not len(starts):
        return total
    shift = np.zeros(len(sent), np.int64)
    at_starts = sent[starts] - total[starts]
    shift[starts] = np.diff(at_starts, prepend=0)
    return total + np.cumsum(shift)
