"""How often and how long each code, by anything that turns can be told apart by. Pure.

A turn with several codes counts whole for each of them, so shares of one row may add up to more
than one. Shares are of coded turns (or of their time): what nobody coded is in no denominator.
"""

from dataclasses import dataclass

import numpy as np

from app.agreement.ratings import ratio
from app.analysis.table import Flags, Floats, Ints
from app.content.table import Coded


@dataclass(frozen=True)
class Tally:
    """Rows are kinds of turns (persons, meetings, …), columns codes."""

    turns: Ints
    ms: Ints
    of_turns: Ints
    """Coded turns of each row."""
    of_ms: Ints

    @property
    def share(self) -> Floats:
        return shares(self.turns, self.of_turns)

    @property
    def share_of_time(self) -> Floats:
        return shares(self.ms, self.of_ms)


def shares(part: Ints | Floats, whole: Ints | Floats) -> Floats:
    """NaN where there is nothing to have a share of."""
    return ratio(part, whole[..., None])


def tally(coded: Coded, by: Ints, size: int) -> Tally:
    """`by`: of each unit the row that it counts in, below `size`."""
    inside = coded.is_coded
    rows, lengths, given = by[inside], coded.length_ms[inside], coded.given[inside]
    turns = np.zeros((size, coded.codes), dtype=np.int64)
    ms = np.zeros_like(turns)
    np.add.at(turns, rows, given.astype(np.int64))
    np.add.at(ms, rows, given * lengths[:, None])
    of_turns, of_ms = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(of_turns, rows, 1)
    np.add.at(of_ms, rows, lengths)
    return Tally(turns, ms, of_turns, of_ms)


def presence(coded: Coded, by: Ints, size: int) -> Flags:
    """Rows × codes × people: who speaks a turn of this row with this code."""
    inside = coded.is_coded
    unit, code = np.nonzero(coded.given[inside])
    people = max((each.person for each in coded.speakers), default=-1) + 1
    there = np.zeros((size, coded.codes, people), dtype=np.bool_)
    there[by[inside][unit], code, coded.person[inside][unit]] = True
    return there


def over_time(coded: Coded, edges: Ints) -> tuple[Ints, Ints]:
    """Of the one meeting there is: time of each code between each edge and the next, ms; windows ×
    codes. And time of all that was coded there."""
    here = coded.is_coded
    start, end = coded.start_ms[here, None], coded.end_ms[here, None]
    inside = np.minimum(end, edges[None, 1:]) - np.maximum(start, edges[None, :-1])
    inside = np.clip(inside, 0, None)
    return inside.T @ coded.given[here].astype(np.int64), inside.sum(axis=0)
