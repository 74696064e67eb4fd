"""No cell of ours is a formula to a spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.spreadsheets import inert


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_becomes_text(text: str) -> None:
    assert inert(text) == "'" + text


@given(st.text())
def test_nothing_begins_like_a_formula_afterwards(text: str) -> None:
    assert not inert(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_pseudonym_stays_as_it_is() -> None:
    assert inert("J1") == "J1"
    assert inert("") == ""
