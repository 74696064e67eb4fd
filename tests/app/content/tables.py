"""Coded turns whose every figure can be worked out by hand, and more by chance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from hypothesis import strategies as st

from app.agreement.material import Basis, Material
from app.codebooks.document import Axis, Code, CodebookDocument
from app.codebooks.models import Codebook, CodebookVersion
from app.content import table as tables_
from app.content.service import Content
from app.content.table import Coded, Sitting, Speaker
from app.groups.models import Group
from app.kit.ids import new_id

PEOPLE = [Speaker(0, "F1", 0), Speaker(0, "J1", 1), Speaker(1, "F1", 2)]
MEETINGS = [Sitting(0, 1, 100_000), Sitting(0, 2, 100_000), Sitting(1, 1, 100_000)]


class Unit(NamedTuple):
    meeting: int
    speaker: int
    start_ms: int
    end_ms: int
    codes: Sequence[int]
    """The leading one first."""


def table(
    groups: int,
    speakers: Sequence[Speaker],
    meetings: Sequence[Sitting],
    codes: int,
    units: Sequence[Unit],
) -> Coded:
    """Whose pseudonym begins with F leads, in every meeting."""
    names = ("unit", "meeting", "who", "start_ms", "end_ms", "role")
    rows = [
        (number, *unit[:4], int(speakers[unit.speaker].pseudonym.startswith("F")))
        for number, unit in enumerate(units)
    ]
    chosen = [(number, code) for number, unit in enumerate(units) for code in unit.codes]
    return tables_.table(
        groups,
        speakers,
        meetings,
        codes,
        pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row"),
        pl.DataFrame(chosen, schema={"unit": pl.Int64, "code": pl.Int64}, orient="row"),
    )


def content(coded: Coded, names: Sequence[str] | None = None) -> Content:
    """As the service gives it, of codes `0`, `1`, … and groups of these names, or numbered too."""
    codes = [Code(label=str(n)) for n in range(coded.codes)]
    axis = Axis(label="theme", codes=codes)
    book = Codebook(programme_id=new_id(), name="Book")
    version = CodebookVersion(codebook_id=book.id, version=1, document={}, published_by=new_id())
    document, empty = CodebookDocument(axes=[axis]), pl.DataFrame()
    own = Material(book, version, document, [], empty, empty, empty, 0, 0, 0)
    groups = [
        Group(programme_id=book.programme_id, name=name)
        for name in names or [str(n) for n in range(coded.groups)]
    ]
    return Content(own, axis, codes, coded, groups, [], Basis([], 0, len(coded.meeting)))


def hand() -> Coded:
    """Two groups, three meetings, codes 0–2; the leading code first.

    meeting 0 (group 0, first):  F1 0–10 s: 0 | J1 10–30 s: 1, 0 | F1 30–40 s: none | J1 40–50 s: 1
    meeting 1 (group 0, second): J1 0–20 s: 1 | F1 20–30 s: 0
    meeting 2 (group 1, first):  F1 0–40 s: 2
    """
    units = [
        Unit(0, 0, 0, 10_000, [0]),
        Unit(0, 1, 10_000, 30_000, [1, 0]),
        Unit(0, 0, 30_000, 40_000, []),
        Unit(0, 1, 40_000, 50_000, [1]),
        Unit(1, 1, 0, 20_000, [1]),
        Unit(1, 0, 20_000, 30_000, [0]),
        Unit(2, 2, 0, 40_000, [2]),
    ]
    return table(2, PEOPLE, MEETINGS, 3, units)


def drawn(groups: int, difference: float, seed: int = 1, meetings: int = 6) -> Coded:
    """Facilitators have code 0 more often than members do, by so much; the same in every group.
    Its share falls by .02 from meeting to meeting."""
    dice = np.random.default_rng(seed)
    names = ("F1", "J1", "J2", "J3")
    speakers = [Speaker(n // 4, names[n % 4], n) for n in range(4 * groups)]
    sittings = [Sitting(g, n + 1, 3_600_000) for g in range(groups) for n in range(meetings)]
    units = []
    for number, sitting in enumerate(sittings):
        for turn in range(150):
            own = int(dice.integers(0, 4))
            share = 0.4 - 0.02 * sitting.ordinal + (difference if own == 0 else 0)
            code = 0 if dice.random() < share else int(dice.integers(1, 4))
            at = turn * 20_000
            units.append(Unit(number, 4 * sitting.group + own, at, at + 10_000, [code]))
    return table(groups, speakers, sittings, 4, units)


@st.composite
def tables(draw: st.DrawFn) -> Coded:
    """Any coded turns at all."""
    units = []
    for _ in range(draw(st.integers(0, 30))):
        meeting = draw(st.integers(0, 2))
        start = draw(st.integers(0, 90_000))
        length = draw(st.integers(1, 10_000))
        codes = draw(st.lists(st.integers(0, 2), unique=True, max_size=3))
        speaker = 2 if meeting == 2 else draw(st.integers(0, 1))
        units.append(Unit(meeting, speaker, start, start + length, codes))
    return table(2, PEOPLE, MEETINGS, 3, units)


class Planted(NamedTuple):
    """A group: how likely code 0 is in its turns, and how many turns lead and how many do not."""

    share: float
    led: int
    others: int


APART = [Planted(0.8, 80, 20)] * 5 + [Planted(0.2, 20, 80)] * 5
"""Groups that differ in what they talk of and in who talks. Within each nothing depends on roles,
but in all of them together facilitators have code 0 on 68 % of their turns, members on 32 %."""


def planted(plan: Sequence[Planted], dice: np.random.Generator | None = None) -> Coded:
    """One meeting of each group, codes 0 and 1: shares exactly as planned, or drawn by `dice`."""
    speakers = [Speaker(g, name, 2 * g + n) for g in range(len(plan)) for n, name in _PAIR]
    sittings = [Sitting(g, 1, 3_600_000) for g in range(len(plan))]
    units = []
    for g, each in enumerate(plan):
        for n, turns in enumerate((each.led, each.others)):
            own = np.arange(turns) >= round(each.share * turns)
            said = own if dice is None else dice.random(turns) >= each.share
            units += [(2 * g + n, int(code)) for code in said]
    if dice is not None:
        units = [units[place] for place in dice.permutation(len(units))]
    rows = [
        Unit(who // 2, who, 20_000 * at, 20_000 * at + 10_000, [code])
        for at, (who, code) in enumerate(units)
    ]
    return table(len(plan), speakers, sittings, 2, rows)


_PAIR = ((0, "F1"), (1, "J1"))
