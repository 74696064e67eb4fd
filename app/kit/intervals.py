"""Stretches of a recording's time line. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple


class Interval(NamedTuple):
    """ms after the recording's start; the end is not in it."""

    start_ms: int
    end_ms: int


def ms_after(zero: datetime, moment: datetime) -> int:
    """Whole ms from `zero` to `moment`; negative before it."""
    return (moment - zero) // timedelta(milliseconds=1)


def common(part: tuple[int, int], others: Iterable[tuple[int, int]]) -> list[Interval]:
    """What of the part is in the others, too."""
    start, end = part
    cut = [Interval(max(start, since), min(end, to)) for since, to in others]
    return [one for one in cut if one.start_ms < one.end_ms]


def minus(parts: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> list[Interval]:
    """What of the parts is in none of the others."""
    left = [Interval(*part) for part in parts]
    for start, end in others:
        left = [
            piece
            for part in left
            for piece in (
                Interval(part.start_ms, min(part.end_ms, start)),
                Interval(max(part.start_ms, end), part.end_ms),
            )
            if piece.start_ms < piece.end_ms
        ]
    return left


def merged(parts: Iterable[tuple[int, int]]) -> list[Interval]:
    """The same time in order and without overlap; what touches is one, what is empty is gone."""
    found: list[Interval] = []
    for start, end in sorted(parts):
        if found and start <= found[-1].end_ms:
            found[-1] = Interval(found[-1].start_ms, max(end, found[-1].end_ms))
        elif start < end:
            found.append(Interval(start, end))
    return found
