"""Codebooks as CSV, written and read again."""

import contextlib
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.codebooks.csv_file import NotACodebook, read, written
from app.codebooks.document import CodebookDocument
from app.codebooks.starter import starter
from tests.fixtures.codebooks import codebooks
from tests.fixtures.spreadsheets import live


@given(codebooks())
def test_everything_comes_back(document: CodebookDocument) -> None:
    assert read(written(document)) == document


@settings(max_examples=30)
@given(codebooks())
def test_commas_and_the_old_code_page_are_read_too(document: CodebookDocument) -> None:
    rows = list(
        csv.reader(io.StringIO(written(document).decode("utf-8-sig"), newline=""), delimiter=";")
    )
    target = io.StringIO(newline="")
    csv.writer(target).writerows(rows)
    assert read(target.getvalue().encode()) == document
    try:
        old = target.getvalue().encode("cp1252")
    except UnicodeEncodeError:
        return
    if old.isascii() or _is_no_utf8(old):
        assert read(old) == document


def _is_no_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return False


@given(codebooks())
def test_no_cell_is_a_formula(document: CodebookDocument) -> None:
    text = written(document).decode("utf-8-sig")
    assert live(text) == []


@given(st.binary(max_size=300))
def test_rubbish_is_refused_and_never_crashes(content: bytes) -> None:
    with pytest.raises(NotACodebook):
        read(content)


@given(st.binary(max_size=200))
def test_rubbish_after_a_good_head_is_refused_or_read(content: bytes) -> None:
    with contextlib.suppress(NotACodebook):
        read(b"kind,axis,label,name_fi,id,parent\n" + content)


def test_a_table_written_by_hand_is_enough() -> None:
    text = "kind,axis,name_fi,parent\naxis,aihe,Aihe,\ncode,aihe,Työn puitteet,\ncode,aihe,Työn,\n"
    (axis,) = read(text.encode()).axes
    assert (axis.label, axis.name.fi) == ("aihe", "Aihe")
    assert [code.label for code in axis.codes] == ["tyon_puitteet", "tyon"]
    assert len({code.id for code in axis.codes}) == 2


def test_codes_of_an_axis_without_a_row_get_one() -> None:
    (axis,) = read(b"kind,axis,name_en\ncode,theme,Work\n").axes
    assert (axis.label, axis.codes[0].name.en) == ("theme", "Work")


def test_the_starter_comes_back() -> None:
    document = starter(with_bales=True)
    assert read(written(document)) == document
