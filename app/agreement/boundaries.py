"""Where turns begin and end, by two who cut one recording into turns. Pure.

Every speaker is a continuum of their own, as turns of two may overlap. Two figures of each, and of
all together: |uα, Krippendorff's α for unitizing with values forgotten (see `unitizing`), which
weighs what differs by how long it is; and F1 of boundaries, which asks how many beginnings and ends
the two have in common within `TOLERANCE_MS`, each matched once, beginnings with beginnings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.agreement.bootstrap import Estimate, estimates, times_drawn
from app.agreement.ratings import Floats, Ints, ratio
from app.agreement.unitizing import Continuum, Lengths, binary_alpha, measure, stacked
from app.kit.intervals import Interval

TOLERANCE_MS = 200
"""Lower: what nobody hears is a difference. Higher: a short pause may be on the wrong side."""


@dataclass(frozen=True)
class Lane:
    """One speaker."""

    one: Sequence[Interval]
    other: Sequence[Interval]
    left_out: Sequence[Interval] = ()
    """Stretches that are not compared."""


class Agreed(NamedTuple):
    alpha: float
    """|uα; NaN where there is no turn, or nothing but one."""
    f1: float
    """2·matched over the boundaries of both; NaN where there is none."""
    matched: int
    boundaries: tuple[int, int]
    turns: tuple[int, int]


def agreement(length_ms: int, lanes: Mapping[str, Lane]) -> tuple[dict[str, Agreed], Agreed]:
    """Of each speaker, and of all together: there the continua stand one after another, so that who
    speaks more weighs more. Whose turns are all left out, is."""
    seen = {name: _compared(lane) for name, lane in lanes.items()}
    seen = {name: lane for name, lane in seen.items() if lane.one or lane.other}
    lengths = measure([_continuum(length_ms, lane) for lane in seen.values()], 1)
    each = binary_alpha(lengths.drawn(np.eye(len(seen))))
    whole = binary_alpha(lengths.drawn(np.ones((1, len(seen)))))[0]
    found = {
        name: _agreed([lane], float(alpha))
        for (name, lane), alpha in zip(seen.items(), each, strict=True)
    }
    return found, _agreed(list(seen.values()), float(whole))


class Sums(NamedTuple):
    """Of one recording, to be added to those of others."""

    lengths: Lengths
    edges: tuple[int, int, int]
    """Matched, of the one, of the other."""
    turns: tuple[int, int]


class Pooled(NamedTuple):
    """Of several recordings together; who speaks more, and what is longer, weighs more."""

    recordings: int
    alpha: Estimate
    f1: Estimate
    matched: int
    boundaries: tuple[int, int]
    turns: tuple[int, int]


def sums(length_ms: int, lanes: Mapping[str, Lane]) -> Sums:
    compared = [_compared(lane) for lane in lanes.values()]
    seen = [lane for lane in compared if lane.one or lane.other]
    lengths = measure([_continuum(length_ms, lane) for lane in seen], 1)
    found = _agreed(seen, np.nan)
    whole = lengths.drawn(np.ones((1, len(seen))))
    return Sums(whole, (found.matched, *found.boundaries), found.turns)


def pooled(found: Sequence[Sums]) -> Pooled:
    """The figures of `agreement` over recordings, with intervals by drawing these."""
    lengths = stacked([each.lengths for each in found])
    edges = np.array([each.edges for each in found], dtype=np.float64).reshape(-1, 3)

    def together(rows: Floats) -> Floats:
        alpha = binary_alpha(lengths.drawn(rows))
        pairs, first, second = (rows @ edges).T
        return np.stack([alpha, ratio(2 * pairs, first + second)], axis=1)

    times = times_drawn(len(found))
    alpha, f1 = estimates(together, times, lengths.width)
    matched_, first, second = (int(each) for each in edges.sum(axis=0))
    one, other = (sum(each.turns[side] for each in found) for side in (0, 1))
    return Pooled(len(found), alpha, f1, matched_, (first, second), (one, other))


def matched(one: Sequence[int], other: Sequence[int]) -> int:
    """How many moments of the one lie within the tolerance of one of the other's, each used once:
    from the left the first that fits, which of moments on a line makes the most pairs."""
    left, right = sorted(one), sorted(other)
    at = pairs = 0
    for moment in left:
        while at < len(right) and right[at] < moment - TOLERANCE_MS:
            at += 1
        if at < len(right) and right[at] <= moment + TOLERANCE_MS:
            at, pairs = at + 1, pairs + 1
    return pairs


def _compared(lane: Lane) -> Lane:
    """Without the turns that lie within what is left out."""

    def kept(spans: Sequence[Interval]) -> list[Interval]:
        return [
            span
            for span in sorted(set(spans))
            if not any(a <= span.start_ms and span.end_ms <= b for a, b in lane.left_out)
        ]

    return Lane(kept(lane.one), kept(lane.other), lane.left_out)


def _continuum(length_ms: int, lane: Lane) -> Continuum:
    absent = np.array(lane.left_out, dtype=np.int64).reshape(-1, 2)
    return Continuum(length_ms, [_units(lane.one), _units(lane.other)], [absent, absent])


def _units(spans: Sequence[Interval]) -> Ints:
    """Rows of `unitizing.Unit`; turns of one speaker that overlap are one."""
    found: list[tuple[int, int, int]] = []
    for start, end in spans:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]), 1)
        else:
            found.append((start, end, 1))
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _agreed(lanes: Sequence[Lane], alpha: float) -> Agreed:
    pairs, first, second = 0, 0, 0
    for lane in lanes:
        for edge in (0, 1):
            one, other = (
                [span[edge] for span in spans if not _inside(span[edge], lane.left_out)]
                for spans in (lane.one, lane.other)
            )
            pairs += matched(one, other)
            first, second = first + len(one), second + len(other)
    turns = sum(len(lane.one) for lane in lanes), sum(len(lane.other) for lane in lanes)
    f1 = 2 * pairs / (first + second) if first + second else float("nan")
    return Agreed(alpha, f1, pairs, (first, second), turns)


def _inside(moment: int, spans: Sequence[Interval]) -> bool:
    return any(start < moment < end for start, end in spans)
