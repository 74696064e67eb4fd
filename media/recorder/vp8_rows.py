"""VP8's pictures read in columns, because there are so many: what is regular at once, what is lost,
empty, torn or strange one packet after another, as `Assembly` does it for every codec."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from media.recorder.pictures import Assembly, Picture
from media.recorder.rows import Rows, Whole

Flags = NDArray[np.bool_]


class Descriptors(NamedTuple):
    """Of the payload descriptors (RFC 7741 §4.2) what `Vp8.read` tells of one."""

    sound: Flags
    starts: Flags
    begin: Whole
    """Of what comes after the descriptor."""
    base: Whole
    """-1: none."""
    layer: Whole


def pictures(ordered: Iterable[Rows], assembly: Assembly) -> Iterator[Picture]:
    """The same as `assembly.pictures` of the same packets."""
    for rows in ordered:
        if len(rows):
            yield from _pictures(rows, assembly)
    assembly.end()


def _pictures(rows: Rows, assembly: Assembly) -> Iterator[Picture]:
    told = _descriptors(rows)
    begins, ends = told.begin.tolist(), rows.end.tolist()
    firsts, lasts = _regular(rows, told)
    columns = (rows.at_s, rows.stretch, rows.sequence)
    numbers = [column[firsts].tolist() for column in columns]
    bases, layers = told.base[lasts].tolist(), told.layer[lasts].tolist()
    plain, at = rows.plain, 0
    for first, last, when, stretch, sequence, base, layer in zip(
        firsts.tolist(), lasts.tolist(), *numbers, bases, layers, strict=True
    ):
        if at < first:
            yield from _singly(rows, at, first, assembly)
        at = last + 1
        if not assembly.is_idle:
            yield from _singly(rows, first, at, assembly)
            continue
        parts = [plain[begins[n] : ends[n]] for n in range(first, at)]
        data = parts[0] if first == last else b"".join(parts)
        follows = assembly.takes(sequence, at - first)
        known = None if base < 0 else base
        yield Picture(when, stretch, follows, known, layer, data)
    yield from _singly(rows, at, len(rows), assembly)


def _descriptors(rows: Rows) -> Descriptors:
    data = np.frombuffer(rows.plain, np.uint8)
    last = len(data) - 1
    first = data[np.minimum(rows.begin, last)]
    extended = (first & 0x80) != 0
    flags = np.where(extended, data[np.minimum(rows.begin + 1, last)], 0)
    at = rows.begin + 1 + extended
    numbered = (flags & 0x80) != 0
    at += np.where(numbered, 1 + (data[np.minimum(at, last)] >> 7), 0)
    has_base = (flags & 0x40) != 0
    base = np.where(has_base, data[np.minimum(at, last)].astype(np.int64), -1)
    at += has_base
    layer = np.where(flags & 0x20, data[np.minimum(at, last)] >> 6, 0).astype(np.int64)
    at += (flags & 0x30) != 0
    starts = ((first & 0x10) != 0) & ((first & 0x07) == 0)
    return Descriptors(at < rows.end, starts, at, base, layer)


def _regular(rows: Rows, told: Descriptors) -> tuple[Whole, Whole]:
    """First and last packet of each picture that is whole, and in which nothing is strange."""
    follows = np.zeros(len(rows), bool)
    follows[1:] = (np.diff(rows.sequence) == 1) & (np.diff(rows.stretch) == 0)
    strange = np.cumsum(~(told.sound & follows))
    begins = np.flatnonzero(told.starts & told.sound)
    ends = np.append(np.flatnonzero(rows.marker), len(rows))
    ends = ends[np.searchsorted(ends, begins)]
    whole = ends < np.append(begins[1:], len(rows))
    begins, ends = begins[whole], ends[whole]
    whole = strange[ends] == strange[begins]
    return begins[whole], ends[whole]


def _singly(rows: Rows, begin: int, end: int, assembly: Assembly) -> Iterator[Picture]:
    for packet in rows.take(slice(begin, end)).packets() if begin < end else ():
        yield from assembly.add(packet)
