"""Files of answers, as the programs write them that people use; whatever else is refused."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.surveys import files
from app.surveys.files import Line, Unreadable, Why, read
from tests.fixtures.answered import text_of, workbook_of

ROWS = [["Tunnus", "Jaksan työssä, 1–5", "Ääni"], ["J1", "3,5", "hyvä"], ["J2", "4", "käheä"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_finnish_spreadsheets_are_read_whatever_they_save(encoding: str, separator: str) -> None:
    """The comma in a question and in a number separates nothing."""
    sheet = read(text_of(ROWS, separator, encoding))
    assert sheet.columns == ROWS[0]
    assert sheet.lines == [Line(2, ROWS[1]), Line(3, ROWS[2])]


def test_commas_quotation_marks_and_line_breaks_inside_are_those_of_rfc_4180() -> None:
    text = 'id,"Mitä ""jäi"" mieleen?"\nJ1,"kaksi,\nriviä; ja"\n\nJ2,x\n'
    sheet = read(text.encode())
    assert sheet.columns == ["id", 'Mitä "jäi" mieleen?']
    assert sheet.lines == [Line(2, ["J1", "kaksi,\nriviä; ja"]), Line(4, ["J2", "x"])]


def test_a_workbook_is_read_as_its_text_would_be() -> None:
    rows = [["Tunnus", "Ikä", "Jaksan", "Pvm", "Kyllä"], ["J1", 47, 3.5, date(2026, 3, 1), True]]
    (line,) = read(workbook_of([[], *rows, [None, None]])).lines
    assert line == Line(3, ["J1", "47", "3.5", "2026-03-01T00:00:00", "1"])


def test_of_several_sheets_the_one_in_front_counts() -> None:
    book, target = Workbook(), io.BytesIO()
    book.create_sheet("Vastaukset").append(["Tunnus", "Ikä"])
    book["Vastaukset"].append(["J1", 1])
    book.active = 1
    book.save(target)
    assert read(target.getvalue()).columns == ["Tunnus", "Ikä"]


def test_names_are_made_unique_and_those_without_a_name_are_numbered() -> None:
    sheet = read(b"id;Miksi;Miksi;;Miksi (2)\nJ1;a;b;c;d\n")
    assert sheet.columns == ["id", "Miksi", "Miksi (2)", "4", "Miksi (2) (2)"]


@pytest.mark.parametrize(
    ("content", "why", "rows"),
    [
        (b"", Why.EMPTY, []),
        (b"\r\n;;\r\n", Why.EMPTY, []),
        (b"Tunnus;A\r\n", Why.EMPTY, []),
        (b"Tunnus;A\nJ1;2\nJ2;3;4\nJ3;1;2;3\n", Why.ROWS, [3, 4]),
        (b"Tunnus;A\nJ1;" + b"x" * 10_001, Why.ROWS, [2]),
        (b'Tunnus;A\nJ1;"x\n', Why.FORM, []),
        (b"Tunnus;A\nJ1;\x81", Why.ENCODING, []),
        (b"Tunnus\nJ1\n", Why.FORM, []),
        (b"\xff\xfeT", Why.ENCODING, []),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", Why.ENCODING, []),
        (b"PK\x03\x04 no workbook", Why.FORM, []),
        (b"A;B\n" + b"J1;2\n" * 5_001, Why.SIZE, []),
        (b";".join([b"a"] * 501) + b"\n1\n", Why.SIZE, []),
    ],
)
def test_what_is_refused_says_why_and_where(content: bytes, why: Why, rows: list[int]) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert (refused.value.why, refused.value.rows) == (why, rows)


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_UNPACKED", 1_000)
    with pytest.raises(Unreadable, match="size"):
        read(workbook_of(ROWS))


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"PK\x03\x04" + rest))
@example(workbook_of(ROWS)[:-30])
def test_garbage_is_read_or_refused(content: bytes) -> None:
    try:
        sheet = read(content)
    except Unreadable:
        return
    assert sheet.lines
    assert len(set(sheet.columns)) == len(sheet.columns)
    assert all(len(line.cells) == len(sheet.columns) for line in sheet.lines)


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    dialect=st.sampled_from([";", ",", "\t"]),
)
def test_what_was_written_is_read(rows: list[tuple[str, ...]], dialect: str) -> None:
    """Between whatever separators, if every cell is quoted; blanks at the edges of cells go."""
    target = io.StringIO(newline="")
    writer: Any = csv.writer(target, delimiter=dialect, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    wanted = [
        Line(number, cells)
        for number, row in enumerate(rows, start=2)
        if any(cells := [cell.strip() for cell in row])
    ]
    if not wanted:
        with pytest.raises(Unreadable):
            read(target.getvalue().encode())
        return
    sheet = read(target.getvalue().encode())
    assert (sheet.columns, sheet.lines) == (["a", "b", "c"], wanted)
