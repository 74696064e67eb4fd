"""The packets of a tape in columns: what must be known of every packet, without one object each.

Two hours of one person are half a million packets. Their headers are read here by numpy, some
seconds of a tape at a time, and mean the same as when packets are read one after another
(tests/fixtures/one_by_one.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from media.recorder.packets import RESTART_PACKETS, WAIT_S, Losses, RtpPacket
from media.tape.format import PACKET, RECORD_HEAD, REPORT, SENDER_REPORT

CHUNKS = 64
"""Chunks of at most 200 ms read at a time. Lower: more overhead. Higher: more memory; with a camera
these are some 700 KB."""
FIXED = 12
"""Bytes of an RTP header without its extension (RFC 3550 §5.1)."""
HEAD = RECORD_HEAD.size
BEYOND = bytes(FIXED + 4)
"""After the last record, so that looking for a head there finds no end of memory."""

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


class Records(NamedTuple):
    """Of a chunk (`media.tape.format`), each column as long as there are records."""

    kind: NDArray[np.uint8]
    arrival_us: Whole
    begin: Whole
    end: Whole
    """Of its payload, in all chunks together."""

    def of(self, kind: int) -> "Records":
        own = self.kind == kind
        return Records(*(column[own] for column in self))


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
        plain = b"".join((*chunks, BEYOND))
        found = _records(plain, [len(chunk) for chunk in chunks])
        told = found.of(SENDER_REPORT)
        reports = [
            (arrival, *REPORT.unpack_from(plain, begin))
            for arrival, begin in zip(told.arrival_us.tolist(), told.begin.tolist(), strict=True)
        ]
        rows = self._numbered(plain, found.of(PACKET))
        return Batch(rows, self._told(rows, reports))

    def _numbered(self, plain: bytes, packets: Records) -> Rows:
        begin, end = packets.begin, packets.end
        data = np.frombuffer(plain, np.uint8)
        heads = sliding_window_view(data, FIXED)[begin]
        first, payload = heads[:, 0], begin + FIXED + 4 * (heads[:, 0] & 0x0F).astype(np.int64)
        where = np.minimum(payload, end)
        words = data[where + 2].astype(np.int64) << 8 | data[where + 3]
        payload += np.where(first & 0x10, 4 + 4 * words, 0)
        padding = np.where(first & 0x20, data[np.maximum(end - 1, 0)], 0)
        sound = (end - begin >= FIXED) & (first >> 6 == 2)
        sound &= end - padding >= payload
        self.malformed += int(np.count_nonzero(~sound))
        heads = heads[sound]
        sequence, timestamp, ssrc = (
            _number(heads, at, size) for at, size in ((2, 2), (4, 4), (8, 4))
        )
        numbers = self._continued(ssrc, sequence, timestamp)
        arrival = packets.arrival_us[sound] / 1e6
        marker = (heads[:, 1] & 0x80) != 0
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
        order = _order(left)
        yield _given(left if order is None else left.take(order), after, losses)[0]


def _until(rows: Rows, arrival_s: float) -> tuple[Rows, Rows]:
    """Those up to the last one that arrived before, in their order; the rest stays as it came."""
    order = _order(rows)
    at_s = rows.at_s if order is None else rows.at_s[order]
    early = np.flatnonzero(at_s <= arrival_s)
    count = int(early[-1]) + 1 if len(early) else 0
    if order is None:
        return rows.take(slice(count)), rows.take(slice(count, None))
    return rows.take(order[:count]), rows.take(np.sort(order[count:]))


def _order(rows: Rows) -> Whole | None:
    """By stretch and number; None: as they are, which is nearly always so."""
    stretches, numbers = np.diff(rows.stretch), np.diff(rows.sequence)
    if np.all((stretches > 0) | ((stretches == 0) & (numbers >= 0))):
        return None
    return np.lexsort((rows.sequence, rows.stretch))


def _given(rows: Rows, after: tuple[int, int], losses: Losses) -> tuple[Rows, tuple[int, int]]:
    """`rows` in their order. Left out is who comes again, or after the last one that was given."""
    if not len(rows):
        return rows, after
    steps = np.diff(rows.sequence, prepend=after[1])
    turns = np.diff(rows.stretch, prepend=after[0])
    late = (rows.stretch < after[0]) | ((rows.stretch == after[0]) & (rows.sequence <= after[1]))
    late |= (turns == 0) & (steps == 0)
    if late.any():
        losses.repeated += int(np.count_nonzero(late))
        return _given(rows.take(~late), after, losses)
    losses.lost += int(np.sum(steps[turns == 0] - 1))
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


def _records(plain: bytes, sizes: Sequence[int]) -> Records:
    """In their order; `plain` ends with `BEYOND`. Where a record ends tells where the next begins,
    so they are walked through; but in all chunks at once, the first of each, then the second."""
    windows = sliding_window_view(np.frombuffer(plain, np.uint8), HEAD)
    lengths = np.array(sizes, np.int64)
    ends = np.cumsum(lengths)
    at = ends - lengths
    found: list[tuple[NDArray[np.uint8], Whole]] = []
    at, ends = at[lengths > 0], ends[lengths > 0]
    while len(at):
        heads = windows[at]
        found.append((heads, at))
        at = at + HEAD + _number(heads, 1, 2)
        within = at < ends
        at, ends = at[within], ends[within]
    if not found:
        found.append((windows[:0], np.zeros(0, np.int64)))
    heads, at = np.concatenate([h for h, _ in found]), np.concatenate([a for _, a in found])
    order = np.argsort(at)
    heads, begin = heads[order], at[order] + HEAD
    return Records(heads[:, 0], _number(heads, 3, 8), begin, begin + _number(heads, 1, 2))


def _number(rows: NDArray[np.uint8], at: int, size: int) -> Whole:
    """Big-endian, of so many bytes from there on in each row."""
    column = np.ascontiguousarray(rows[:, at : at + size]).view(f">u{size}")
    return column.reshape(-1).astype(np.int64)


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
