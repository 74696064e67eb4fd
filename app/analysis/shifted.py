"""What people who heed nobody would do: the same speech of each, moved in time by chance. Pure,
seeded.

Everybody keeps their own track, with their turns, back-channels and the pauses between, and it is
moved around the time in which they were there, as around a circle: what goes out at the end comes
in at the beginning. Each is moved by an amount of their own, so that nothing is left to chance but
when one speaks beside another. This is the test of independence of Lotwick & Silverman 1982 (JRSS B
44:406), who move patterns around a torus, in one dimension; that overlap is compared with tracks
that keep their own lengths and pauses is usual where voices alternate (Masco et al. 2016,
Bioacoustics 25:29).

The circle is the time in which one's speech would have been heard: not what nobody recorded, nor
before one came. A track is moved only so far that no turn lies across a seam, where that time has a
hole, begins or ends, because no turn did; given the tracks, all moves that remain are as likely
under the null, and what happened is one of them.

What the null leaves out: that talk has phases. Who says much in the first half may do so in the
last here. Where that drifts together in all, p takes it for heed (Harris 2020, bioRxiv
2020.11.29.402719).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.analysis import timing
from app.analysis.null import DRAWN, generator
from app.analysis.table import Flags, Floats, Ints, Rows, Talk
from app.analysis.timing import Figures
from app.kit.intervals import Interval, merged

AT_ONCE = 50_000
"""Turns of moved meetings that are counted together. Lower: more steps of Python. Higher: what is
counted leaves the processor's cache, and is slower, too."""


@dataclass(frozen=True)
class Circle:
    """The time in which one person was there, its pieces put together."""

    start_ms: Ints
    """Of each piece, on the meeting's clock."""
    base_ms: Ints
    """How much there was before each."""
    length_ms: int

    def along(self, clock_ms: Ints) -> Ints:
        piece = np.searchsorted(self.start_ms, clock_ms, side="right") - 1
        return clock_ms - self.start_ms[piece] + self.base_ms[piece]

    def clock(self, along_ms: Ints) -> Ints:
        piece = np.searchsorted(self.base_ms, along_ms, side="right") - 1
        return along_ms - self.base_ms[piece] + self.start_ms[piece]


def figures(table: Talk, drawn: int = DRAWN) -> tuple[Figures, Figures]:
    """What `timing.figures` says of each of `drawn` meetings that were moved."""
    parts = [timing.figures(rows, table) for rows in _blocks(table, drawn)]
    with_all, without = ([each[side] for each in parts] for side in (0, 1))
    return _joined(with_all), _joined(without)


def _joined(parts: list[Figures]) -> Figures:
    return {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}


def _blocks(table: Talk, drawn: int) -> Iterator[Rows]:
    starts = moved(table, drawn)
    step = max(1, AT_ONCE // max(1, len(table.speaker)))
    for first in range(0, drawn, step):
        yield _in_order(table, starts[first : first + step])


def moved(table: Talk, drawn: int = DRAWN) -> Ints:
    """When each turn begins, in the order of the table, in each of the moved meetings. Shape
    (drawn, turns)."""
    dice = generator(table.number)
    starts = np.repeat(table.start_ms[None, :], drawn, axis=0)
    for number in range(table.size):
        own = table.speaker == number
        if own.any():
            circle = circle_of(table, number)
            along = circle.along(table.start_ms[own])
            lengths = (table.end_ms - table.start_ms)[own]
            steps = _drawn(_free(circle, along, lengths), drawn, dice)
            starts[:, own] = circle.clock((along + steps[:, None]) % circle.length_ms)
    return starts


def circle_of(table: Talk, number: int) -> Circle:
    """Who has turns outside of all stays was there then, too."""
    own, stays = table.speaker == number, table.people[number].stays
    start, end = table.start_ms[own], table.end_ms[own]
    pieces = np.array(stays, dtype=np.int64).reshape(-1, 2)
    if not _inside(start, end, pieces):
        turns = zip(start.tolist(), end.tolist(), strict=True)
        pieces = np.array(merged([*stays, *turns]), dtype=np.int64)
    ends = np.cumsum(pieces[:, 1] - pieces[:, 0])
    return Circle(pieces[:, 0], np.concatenate([[0], ends[:-1]]), int(ends[-1]) if len(ends) else 0)


def _inside(start: Ints, end: Ints, pieces: Ints) -> bool:
    """Whether each of these lies in one piece."""
    piece = np.searchsorted(pieces[:, 0], start, side="right") - 1
    if not len(pieces) or (piece < 0).any():
        return not len(start)
    return bool((end <= pieces[piece, 1]).all())


def _free(circle: Circle, along: Ints, lengths: Ints) -> list[Interval]:
    """By how much the track may be moved: 0 always."""
    low = (circle.base_ms[:, None] - along - lengths + 1).ravel() % circle.length_ms
    barred = np.stack([low, low + np.tile(lengths, len(circle.base_ms)) - 1], axis=1)
    over = np.stack([np.zeros(len(low), dtype=np.int64), barred[:, 1] - circle.length_ms], axis=1)
    edges = [0]
    for start, end in merged([*barred.tolist(), *over[over[:, 1] > 0].tolist()]):
        edges += [start, min(end, circle.length_ms)]
    edges.append(circle.length_ms)
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [Interval(start, end) for start, end in pairs if start < end]


def _drawn(free: list[Interval], drawn: int, dice: np.random.Generator) -> Ints:
    """Any ms of these, each as likely."""
    starts, ends = np.array(free, dtype=np.int64).T
    upto = np.cumsum(ends - starts)
    chosen = dice.integers(0, upto[-1], drawn)
    piece = np.searchsorted(upto, chosen, side="right")
    found: Ints = ends[piece] - (upto[piece] - chosen)
    return found


def _in_order(table: Talk, starts: Ints) -> Rows:
    """Turns by their start, as every count expects them."""
    count = starts.shape[1]
    bits = count.bit_length()
    keys = np.sort(starts << bits | np.arange(count), axis=1)
    start, turn = keys >> bits, keys & (1 << bits) - 1
    end = start + (table.end_ms - table.start_ms)[turn]
    return Rows(table.speaker[turn], start, end, table.is_backchannel[turn])


def independent(table: Talk) -> tuple[float, float]:
    """The share of the time in which several speak, if everybody spoke at any moment of their
    presence with the same likelihood, whatever the others do: with everybody, and without the
    facilitator. NaN where there is no time.

    At a moment when those are there who speak for the parts qᵢ of their presence: 1 − Π(1 − qᵢ) −
    Σ qᵢ·Π(1 − qⱼ), j ≠ i.
    """
    led, lengths = table.facilitators, table.end_ms - table.start_ms
    held = np.where(table.is_backchannel, 0, lengths)
    circles = [circle_of(table, number) for number in range(table.size)]
    present = np.array([max(1, each.length_ms) for each in circles])
    spoken, turns = (
        np.bincount(table.speaker, weights=each, minlength=table.size) / present
        for each in (lengths, held)
    )
    span, there = _presence(table, circles)
    free = span * np.prod(np.where(led & there, 1 - turns, 1), axis=1)
    several = (_several(np.where(there & kept, spoken, 0)) for kept in (np.ones_like(led), ~led))
    return tuple(  # type: ignore[return-value]
        float((time * share).sum() / time.sum()) if time.sum() else float("nan")
        for time, share in zip((span, free), several, strict=True)
    )


def _presence(table: Talk, circles: list[Circle]) -> tuple[Ints, Flags]:
    """The recorded time cut wherever somebody comes or goes: how long each part is, and who is
    there. Shapes (parts,), (parts, people)."""
    pieces = [(c.start_ms, c.start_ms + np.diff([*c.base_ms, c.length_ms])) for c in circles]
    edges = np.unique(np.concatenate([[0, table.length_ms], *(e for pair in pieces for e in pair)]))
    there = [
        ((start <= edges[:-1, None]) & (edges[:-1, None] < end)).any(axis=1)
        for start, end in pieces
    ]
    span = np.diff(table.recorded_before(edges))
    return span, np.array(there).reshape(len(circles), -1).T


def _several(parts: Floats) -> Floats:
    """Of each row of likelihoods: that two or more come true."""
    rest = 1 - parts
    nobody, one = np.ones(len(parts)), np.zeros(len(parts))
    for part, other in zip(parts.T, rest.T, strict=True):
        one = one * other + nobody * part
        nobody = nobody * other
    found: Floats = 1 - nobody - one
    return found
