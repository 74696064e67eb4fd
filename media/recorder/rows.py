"""The packets of a tape in columns: what must be known of every packet, without one object each.

Two hours of one person are half a million packets. Their headers are read here by numpy, some
seconds of a tape at a time, and mean the same as when packets are read one after another
(tests/fixtures/one_by_one.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from media.recorder.packets import RESTART_PACKETS, RtpPacket
from media.tape.format import PACKET, RECORD_HEAD, REPORT, SENDER_REPORT

CHUNKS = 512
BATCH_BYTES = 3 << 20
"""So many chunks of at most 200 ms are read at a time, or fewer when they are so large. Lower: more
overhead. Higher: more memory, and of each voice of a mix at once. These are 100 s of sound, 75 s of
a camera at 300 kbit/s, 16 s of one at 1.5 Mbit/s."""
FIXED = 12
"""Bytes of an RTP header without its extension (RFC 3550 §5.1)."""
HEAD = RECORD_HEAD.size
_WORD = np.dtype(">u2")
_RECORD = np.dtype([("kind", "u1"), ("length", _WORD), ("arrival_us", ">u8")])
"""As `RECORD_HEAD`."""
_FIXED = np.dtype(
    [("first", "u1"), ("second", "u1"), ("sequence", _WORD), ("timestamp", ">u4"), ("ssrc", ">u4")]
)
BEYOND = bytes(FIXED + 4)
"""After the last record, so that looking for a head there finds no end of memory."""

Whole = NDArray[np.int64]
Seconds = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass
class Rows:
    """Packets in the order of arrival. Numbers and times are without wrap-around in a stretch."""

    plain: bytes
    at_s: Seconds
    """As in `RtpPacket`."""
    sequence: Whole
    timestamp: Whole
    stretch: Whole
    marker: Flags
    begin: Whole
    end: Whole
    """Of the payload, in `plain`."""

    def __len__(self) -> int:
        return len(self.at_s)

    def take(self, index: "Whole | Flags | slice") -> "Rows":
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
        size = 0
        for chunk in chunks:
            held.append(chunk)
            size += len(chunk)
            if len(held) == CHUNKS or size >= BATCH_BYTES:
                yield self._batch(held)
                held, size = [], 0
        if held:
            yield self._batch(held)

    def _batch(self, chunks: Sequence[bytes]) -> Batch:
        plain = b"".join((*chunks, BEYOND))
        at = _places(plain, [len(chunk) for chunk in chunks])
        heads = _anywhere(plain, _RECORD)[at]
        kind, begin, arrival = heads["kind"], at + HEAD, heads["arrival_us"].astype(np.int64)
        told = np.flatnonzero(kind == SENDER_REPORT)
        reports = [
            (arrived, *REPORT.unpack_from(plain, place))
            for arrived, place in zip(arrival[told].tolist(), begin[told].tolist(), strict=True)
        ]
        end = begin + heads["length"]
        if len(told) or np.any(kind != PACKET):
            own = kind == PACKET
            begin, end, arrival = begin[own], end[own], arrival[own]
        rows = self._numbered(plain, begin, end, arrival)
        return Batch(rows, self._told(rows, reports))

    def _numbered(self, plain: bytes, begin: Whole, end: Whole, arrival_us: Whole) -> Rows:
        """`begin` and `end`: of the packets, in `plain`."""
        data, heads = np.frombuffer(plain, np.uint8), _anywhere(plain, _FIXED)[begin]
        first = heads["first"]
        payload = begin + FIXED + 4 * (first & 0x0F).astype(np.int64)
        words = _anywhere(plain, _WORD)[np.minimum(payload, end) + 2].astype(np.int64)
        payload += np.where(first & 0x10, 4 + 4 * words, 0)
        padding = np.where(first & 0x20, data[np.maximum(end - 1, 0)], 0)
        sound = (end - begin >= FIXED) & (first >> 6 == 2)
        sound &= end - padding >= payload
        end = end - padding
        if not sound.all():
            self.malformed += int(np.count_nonzero(~sound))
            heads, payload, end, arrival_us = (
                column[sound] for column in (heads, payload, end, arrival_us)
            )
        names = ("ssrc", "sequence", "timestamp")
        numbers = self._continued(*(heads[name].astype(np.int64) for name in names))
        marker = (heads["second"] & 0x80) != 0
        return Rows(plain, arrival_us / 1e6, *numbers, marker, payload, end)

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


def _places(plain: bytes, sizes: Sequence[int]) -> Whole:
    """Where the records begin, in their order; `plain` ends with `BEYOND`. Where one ends tells
    where the next begins, so they are walked through; but in all chunks at once, the first of
    each, then the second."""
    lengths = _anywhere(plain, _WORD)
    within = np.array(sizes, np.int64)
    ends = np.cumsum(within)
    at = (ends - within)[within > 0]
    ends = ends[within > 0]
    found = [at[:0]]
    while len(at):
        found.append(at)
        at = at + HEAD + lengths[at + 1]
        goes_on = at < ends
        if not goes_on.all():
            at, ends = at[goes_on], ends[goes_on]
    return np.sort(np.concatenate(found))


def _anywhere(plain: bytes, kind: "np.dtype[Any]") -> NDArray[Any]:
    """What lies there, read from each byte on."""
    return np.ndarray((len(plain) - kind.itemsize + 1,), kind, plain, strides=(1,))


def _signed(difference: Whole, bits: int) -> Whole:
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half


def _run_on(steps: Whole, begins: Flags, sent: Whole, before: int) -> Whole:
    """Steps summed from where the last batch ended; where a stretch begins, from what was sent."""
    total = before + np.cumsum(steps)
    starts = np.flatnonzero(begins)
    if not len(starts):
        return total
    shift = np.zeros(len(sent), np.int64)
    at_starts = sent[starts] - total[starts]
    shift[starts] = np.diff(at_starts, prepend=0)
    return total + np.cumsum(shift)
