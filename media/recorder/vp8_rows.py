"""VP8's pictures read in columns, because there are so many: what is regular at once, what is lost,
empty, torn or strange one packet after another, as `Assembly` does it for every codec."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from media.recorder.pictures import Assembly, Picture, PictureRows
from media.recorder.rows import Flags, Rows, Whole


class Descriptors(NamedTuple):
    """Of the payload descriptors (RFC 7741 §4.2) what `Vp8.read` tells of one."""

    sound: Flags
    starts: Flags
    begin: Whole
    """Of what comes after the descriptor."""
    base: Whole
    """-1: none."""
    layer: Whole


def pictures(ordered: Iterable[Rows], assembly: Assembly) -> Iterator[PictureRows]:
    """The same as `assembly.pictures` of the same packets."""
    for rows in ordered:
        if len(rows):
            yield from _pictures(rows, assembly)
    assembly.end()


def _pictures(rows: Rows, assembly: Assembly) -> Iterator[PictureRows]:
    """Runs of regular pictures, and what is between them."""
    told = _descriptors(rows)
    firsts, lasts = _regular(rows, told)
    breaks = np.flatnonzero(firsts[1:] != lasts[:-1] + 1) + 1
    at = 0
    for begin, end in pairwise([0, *breaks.tolist(), len(firsts)]):
        if begin == end:  # none is regular
            continue
        singles = _singly(rows, at, int(firsts[begin]), assembly)
        while begin < end and not assembly.is_idle:
            singles += _singly(rows, int(firsts[begin]), int(lasts[begin]) + 1, assembly)
            begin += 1
        if singles:
            yield PictureRows.of(singles)
        if begin < end:
            yield _run(rows, told, firsts[begin:end], lasts[begin:end], assembly)
        at = int(lasts[end - 1]) + 1
    singles = _singly(rows, at, len(rows), assembly)
    if singles:
        yield PictureRows.of(singles)


def _run(
    rows: Rows, told: Descriptors, firsts: Whole, lasts: Whole, assembly: Assembly
) -> PictureRows:
    """Pictures without a packet between them."""
    sequence, counts = rows.sequence[firsts], lasts - firsts + 1
    follows = np.ones(len(firsts), bool)
    follows[1:] = sequence[1:] == sequence[:-1] + counts[:-1]
    follows[0] = assembly.takes(int(sequence[0]), int(sequence[-1] + counts[-1]))
    begin, end = int(firsts[0]), int(lasts[-1]) + 1
    plain, places = (
        rows.plain,
        zip(told.begin[begin:end].tolist(), rows.end[begin:end].tolist(), strict=True),
    )
    parts = [plain[since:until] for since, until in places]
    data = [
        parts[first] if first == last else b"".join(parts[first : last + 1])
        for first, last in zip((firsts - begin).tolist(), (lasts - begin).tolist(), strict=True)
    ]
    columns = (rows.at_s[firsts], rows.stretch[firsts], follows, told.base[lasts])
    return PictureRows(*columns, told.layer[lasts], data)


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


def _singly(rows: Rows, begin: int, end: int, assembly: Assembly) -> list[Picture]:
    packets = rows.take(slice(begin, end)).packets() if begin < end else ()
    return [picture for packet in packets for picture in assembly.add(packet)]
