"""Whose row is whose in a file of answers: by pseudonym, and by group where that is needed. Pure.

A pseudonym is unique in its group, and J1 is somebody in every group. So a file of several groups
needs a column with the group's name, or pseudonyms written as pages write them (`Oulu: J1`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from app.surveys.files import Sheet

PSEUDONYM_NAMES = frozenset({"pseudonym", "pseudonyymi", "pseudonymi", "tunnus", "tunniste", "kod"})
"""Names of a column that is taken for the pseudonyms' though nothing in it is known."""


class Person(NamedTuple):
    """Somebody of a group of the programme, also one who left it."""

    group_id: UUID
    group: str
    user_id: UUID
    pseudonym: str


@dataclass(frozen=True)
class Found:
    """Where each person's row is, and what is wrong with the others."""

    pseudonym_column: int
    group_column: int | None
    rows: Mapping[int, Person]
    """By the number of the row."""
    unknown: Sequence[int]
    ambiguous: Sequence[int]
    """Somebody in several groups is called that."""
    twice: Sequence[int]
    """All rows of those who have several."""


def find(sheet: Sheet, people: Sequence[Person], named: int | None) -> Found | None:
    """`people`: who may have answered. `named`: the column of pseudonyms, if it was named. None:
    there is none."""
    column = named if named is not None else _pseudonyms(sheet, people)
    if column is None:
        return None
    beside = _groups(sheet, people, column)
    return _sorted(sheet, people, column, beside)


def _pseudonyms(sheet: Sheet, people: Sequence[Person]) -> int | None:
    """The column with most cells that are somebody's pseudonym; the first of equals."""
    known = {_plain(name) for each in people for name in _names(each)}
    hits = [
        sum(_plain(line.cells[column]) in known for line in sheet.lines)
        for column in range(len(sheet.columns))
    ]
    if max(hits) > 0:
        return hits.index(max(hits))
    called = (n for n, name in enumerate(sheet.columns) if name.casefold() in PSEUDONYM_NAMES)
    return next(called, None)


def _groups(sheet: Sheet, people: Iterable[Person], column: int) -> int | None:
    """The first column that holds names of groups and nothing else."""
    names = {_plain(each.group) for each in people}
    for place in range(len(sheet.columns)):
        cells = {_plain(line.cells[place]) for line in sheet.lines} - {""}
        if place != column and cells and cells <= names:
            return place
    return None


def _sorted(sheet: Sheet, people: Iterable[Person], column: int, beside: int | None) -> Found:
    called: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        for name in _names(person):
            called[_plain(name)].append(person)
    rows: dict[Person, list[int]] = defaultdict(list)
    unknown: list[int] = []
    ambiguous: list[int] = []
    for number, cells in sheet.lines:
        theirs = called.get(_plain(cells[column]), [])
        if beside is not None and cells[beside]:
            theirs = [each for each in theirs if _plain(each.group) == _plain(cells[beside])]
        if len(theirs) == 1:
            rows[theirs[0]].append(number)
        else:
            (ambiguous if theirs else unknown).append(number)
    twice = sorted(number for numbers in rows.values() if len(numbers) > 1 for number in numbers)
    found = {number: person for person, numbers in rows.items() for number in numbers}
    return Found(column, beside, found, unknown, ambiguous, twice)


def _names(person: Person) -> tuple[str, str]:
    return person.pseudonym, f"{person.group}: {person.pseudonym}"


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
