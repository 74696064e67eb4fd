"""Coded turns of some meetings as one immutable table, along one axis of a codebook. Pure.

A unit is a turn that was to be coded: one that held the floor, in a recording that somebody
finished coding. Each stands here once, with the codes that are settled for it (see `settled`), in
order of time within its meeting; one that got no code on this axis stands here without.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.table import Flags, Ints
from app.groups.models import GroupRole

NO_CODE = -1
ROLES = (GroupRole.MEMBER, GroupRole.FACILITATOR, GroupRole.OBSERVER)
"""By their numbers in `Coded.role`."""


class Speaker(NamedTuple):
    group: int
    pseudonym: str
    person: int
    """The same for one human being in several groups: so many people are no fewer than they are."""


class Sitting(NamedTuple):
    """One meeting."""

    group: int
    ordinal: int
    """In the group's series, from 1."""
    length_ms: int


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
    role: Ints
    """Of each unit in what role its speaker was there: the place in `ROLES`."""

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
    def person(self) -> Ints:
        of = np.array([each.person for each in self.speakers], dtype=np.int64)
        return of[self.speaker]

    @property
    def is_facilitator(self) -> Flags:
        led: Flags = self.role == ROLES.index(GroupRole.FACILITATOR)
        return led

    def only(self, chosen: Flags) -> "Coded":
        """Those units alone."""
        names = ("meeting", "speaker", "start_ms", "end_ms", "given", "leading", "role")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def table(
    groups: int,
    speakers: Sequence[Speaker],
    meetings: Sequence[Sitting],
    codes: int,
    units: pl.DataFrame,
    chosen: pl.DataFrame,
) -> Coded:
    """`units`: `unit`, `meeting`, `who` (the speaker's number), `role`, `start_ms` and `end_ms`, in
    any order. `chosen`: `unit` and `code`, the leading one first; rows without a code say
    nothing."""
    rows = units.sort("meeting", "start_ms", -pl.col("end_ms"), maintain_order=True)
    number = rows.select("unit").with_row_index("row")
    known = chosen.filter(pl.col("code").is_not_null()).join(
        number, on="unit", maintain_order="left"
    )
    given = np.zeros((len(rows), codes), dtype=np.bool_)
    given[known["row"].to_numpy(), known["code"].to_numpy()] = True
    first = known.unique("row", keep="first", maintain_order=True)
    leading = np.full(len(rows), NO_CODE, dtype=np.int64)
    leading[first["row"].to_numpy()] = first["code"].to_numpy()
    names = ("meeting", "who", "start_ms", "end_ms", "role")
    meeting, speaker, start, end, role = (rows[name].to_numpy().astype(np.int64) for name in names)
    own = (tuple(speakers), tuple(meetings), codes)
    return Coded(groups, *own, meeting, speaker, start, end, given, leading, role)
