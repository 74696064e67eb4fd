"""No cell of ours is a formula to a spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.csv_file import Decimal, csv_text
from app.kit.spreadsheets import inert, marked, unmarked
from tests.fixtures.spreadsheets import cells, live

PIECES = st.sampled_from([*"=+-@'\",;\t\r\n1a", "\r\n"])
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
HOSTILE = st.lists(PIECES, max_size=8).map("".join) | TEXTS


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\r=1"])
def test_what_begins_like_a_formula_becomes_text(text: str) -> None:
    assert inert(text).startswith("'" + text[0])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("hei;=1+2", "hei;'=1+2"),
        ("hei,=1+2", "hei,'=1+2"),
        ("hei\n=1+2", "hei\n'=1+2"),
        ('hei;"=1+2', "hei;'\"=1+2"),
        ("hei, =) kiitos; -5", "hei, =) kiitos; -5"),
        ("veikko@example.org 1-2", "veikko@example.org 1-2"),
    ],
)
def test_so_does_what_would_begin_one_where_cells_are_split_otherwise(
    text: str, written: str
) -> None:
    assert inert(text) == written


@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=4), st.sampled_from(Decimal))
def test_no_cell_is_a_formula_whatever_separates_them(
    rows: list[tuple[str, str]], decimal: Decimal
) -> None:
    """A number stays one: -1,5 among semicolons."""
    text = csv_text(["id", "a", "n", "b"], [("J1", a, -1.5, b) for a, b in rows], decimal)
    assert live(text) == []


@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=4), st.sampled_from(Decimal))
def test_a_table_reads_back_as_it_was_written(
    rows: list[tuple[str, str]], decimal: Decimal
) -> None:
    text = csv_text(["id", "a", "b"], [("J1", a, b) for a, b in rows], decimal)
    separator = ";" if decimal == Decimal.COMMA else ","
    read = cells(text, separator)
    assert read == ["id", "a", "b", *(c for a, b in rows for c in ("J1", inert(a), inert(b)))]


@given(HOSTILE)
def test_what_was_marked_is_found_again_and_is_inert(text: str) -> None:
    assert unmarked(marked(text)) == text
    assert inert(marked(text)) == marked(text)


def test_a_pseudonym_stays_as_it_is() -> None:
    assert inert("J1") == "J1"
    assert inert("") == ""
