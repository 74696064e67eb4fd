"""Reading a file of answers: a table with one row of names, whatever program wrote it. Pure.

Webropol, LimeSurvey and Forms write workbooks, or text with commas, semicolons or tabs between
cells; Finnish spreadsheets save semicolons, in UTF-8 with a mark, in UTF-16 or in the old Windows
code page. What does not read whole in one of these ways is refused: a guess would spoil å, ä and ö
or move answers from one question to the next.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from openpyxl import load_workbook

from app.surveys.models import LONGEST_ANSWER, LONGEST_LABEL

SEPARATORS = (";", "\t", ",")
"""In this order: a comma inside a question or a number is no separator where semicolons are."""
MOST_ROWS = 5_000
MOST_COLUMNS = 500
LARGEST_UNPACKED = 50_000_000
"""Bytes of a workbook's parts together. Lower: large surveys are refused. Higher: a small file may
unpack to more memory than there is."""
WORKBOOK = b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class Why(StrEnum):
    """What is wrong with a file."""

    EMPTY = "empty"
    """No answers below the names, or nothing at all."""
    ENCODING = "encoding"
    """No text in UTF-8, UTF-16 or Windows-1252."""
    ROWS = "rows"
    """Rows have more cells than there are names, or cells too long to be answers."""
    SIZE = "size"
    FORM = "form"
    """Neither a workbook nor a table of text."""


class Unreadable(ValueError):
    """Not a table that we can read; in which rows, where that is known."""

    def __init__(self, why: Why, rows: Sequence[int] = ()) -> None:
        super().__init__(str(why))
        self.why = why
        self.rows = list(rows)


class Line(NamedTuple):
    number: int
    """As a spreadsheet counts rows, from 1."""
    cells: list[str]
    """One for each column."""


class Sheet(NamedTuple):
    columns: list[str]
    """Unique names, at least two."""
    lines: list[Line]
    """Those that hold anything, at least one."""


def read(content: bytes) -> Sheet:
    """Raises Unreadable."""
    rows = _workbook(content) if content.startswith(WORKBOOK) else _text(content)
    return _sheet(rows)


def _sheet(rows: Iterable[Sequence[str]]) -> Sheet:
    """The first row that holds anything has the names of the columns."""
    filled = [
        Line(number, cells)
        for number, row in enumerate(islice(rows, MOST_ROWS + 2), start=1)
        if any(cells := [cell.strip() for cell in row])
    ]
    if not filled:
        raise Unreadable(Why.EMPTY)
    if filled[-1].number > MOST_ROWS + 1:
        raise Unreadable(Why.SIZE)
    names = filled[0].cells
    while not names[-1]:
        names.pop()
    if len(names) < 2:
        raise Unreadable(Why.FORM)
    if len(names) > MOST_COLUMNS:
        raise Unreadable(Why.SIZE)
    lines = [Line(number, _fitted(cells, len(names))) for number, cells in filled[1:]]
    if wrong := [line.number for line in lines if len(line.cells) > len(names)]:
        raise Unreadable(Why.ROWS, wrong)
    if wrong := [line.number for line in lines if max(map(len, line.cells)) > LONGEST_ANSWER]:
        raise Unreadable(Why.ROWS, wrong)
    if not lines:
        raise Unreadable(Why.EMPTY)
    return Sheet(_unique(names), lines)


def _fitted(cells: list[str], size: int) -> list[str]:
    """With empty cells added or, after the last name, taken away."""
    while len(cells) > size and not cells[-1]:
        cells.pop()
    return cells + [""] * (size - len(cells))


def _unique(names: Iterable[str]) -> list[str]:
    """A name of its own for each column, told apart by a number where one comes twice."""
    room = LONGEST_LABEL - 10
    plain = [" ".join(name.split())[:room] or str(n) for n, name in enumerate(names, start=1)]
    taken: set[str] = set()
    seen: Counter[str] = Counter()
    for place, name in enumerate(plain):
        own = name
        while own in taken:
            seen[name] += 1
            own = f"{name} ({seen[name] + 1})"
        taken.add(own)
        plain[place] = own
    return plain


def _text(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    tables = [table for each in SEPARATORS if (table := _separated(text, each)) is not None]
    if not tables:
        raise Unreadable(Why.FORM)
    for table in tables:
        widths = [len(row) for row in table if any(row)]
        if widths and 1 < widths[0] >= max(widths):
            return table
    return max(tables, key=lambda table: max(map(len, table), default=0))


def _separated(text: str, separator: str) -> list[list[str]] | None:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return None


def _decoded(content: bytes) -> str:
    ways = ("utf-16",) if content.startswith(UTF_16) else ("utf-8-sig", "cp1252")
    for way in ways:
        try:
            text = content.decode(way)
        except UnicodeDecodeError:
            continue
        if NO_TEXT.search(text):
            break
        return text
    raise Unreadable(Why.ENCODING)


def _workbook(content: bytes) -> Iterator[list[str]]:
    """Rows of the sheet that was in front when it was saved."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise Unreadable(Why.SIZE)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[book.worksheets.index(book.active) if book.active else 0]
        sheet.reset_dimensions()  # which some programs write wrong
        rows = list(islice(sheet.iter_rows(values_only=True), MOST_ROWS + 2))
        return iter([[_cell(value) for value in row] for row in rows])
    except Unreadable:
        raise
    except Exception:  # openpyxl passes on whatever breaks inside it
        raise Unreadable(Why.FORM) from None


def _cell(value: object) -> str:
    """As it would stand in a text file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return NO_TEXT.sub("", str(value))
