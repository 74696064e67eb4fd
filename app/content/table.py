"""Coded turns of some meetings as one immutable table, along one axis of a codebook. Pure.

A unit is a turn that was to be coded: one that held the floor, in a recording that somebody
finished coding. Each stands here once, with the codes that are settled for it (see `settled`), in
order of time within its meeting; one that got no code on this axis stands here without.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.analysis.table import Flags, Ints

NO_CODE = -1


class Speaker(NamedTuple):
    group: int
    pseudonym: str
    is_facilitator: bool


class Sitting(NamedTuple):
    """One meeting."""

    group: int
    ordinal: int
    """In the group's series, from 1."""
    length_ms: int


class Unit(NamedTuple):
    meeting: int
    speaker: int
    start_ms: int
    end_ms: int
    codes: Sequence[int]
    """The leading one first."""


@dataclass(frozen=True)
class Coded:
    groups: int
    speakers: tuple[Speaker, ...]
    meetings: tuple[Sitting, ...]
    codes: int
    meeting: Ints
    speaker: Ints
    start_ms: Ints
    end_ms: Ints
    given: Flags
    """Units × codes."""
    leading: Ints
    """Of each unit the leading code, or `NO_CODE`."""

    @property
    def length_ms(self) -> Ints:
        return self.end_ms - self.start_ms

    @property
    def is_coded(self) -> Flags:
        found: Flags = self.leading != NO_CODE
        return found

    @property
    def group(self) -> Ints:
        of = np.array([each.group for each in self.meetings], dtype=np.int64)
        return of[self.meeting]

    @property
    def ordinal(self) -> Ints:
        of = np.array([each.ordinal for each in self.meetings], dtype=np.int64)
        return of[self.meeting]

    @property
    def is_facilitator(self) -> Flags:
        of = np.array([each.is_facilitator for each in self.speakers], dtype=np.bool_)
        led: Flags = of[self.speaker]
        return led


def table(
    groups: int,
    speakers: Sequence[Speaker],
    meetings: Sequence[Sitting],
    codes: int,
    units: Sequence[Unit],
) -> Coded:
    """`units` in any order."""
    rows = sorted(units, key=lambda unit: (unit.meeting, unit.start_ms, -unit.end_ms))
    columns = np.array([row[:4] for row in rows], dtype=np.int64).reshape(-1, 4)
    given = np.zeros((len(rows), codes), dtype=np.bool_)
    for number, row in enumerate(rows):
        given[number, list(row.codes)] = True
    leading = np.array([row.codes[0] if row.codes else NO_CODE for row in rows], dtype=np.int64)
    meeting, speaker, start, end = (columns[:, place] for place in range(4))
    own = (tuple(speakers), tuple(meetings), codes)
    return Coded(groups, *own, meeting, speaker, start, end, given, leading)
