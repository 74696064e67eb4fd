"""Cells that a spreadsheet reads as what they are."""

import csv
import io

import pytest
from pydantic import BaseModel

from app.kit.csv_file import Decimal, csv_file


class Line(BaseModel):
    name: str
    value: float | None
    count: int


@pytest.mark.parametrize(
    ("decimal", "separator", "written"),
    [(Decimal.POINT, ",", ["-1.5", "0.000001", "2", ""]),
     (Decimal.COMMA, ";", ["-1,5", "0,000001", "2", ""])],
)  # fmt: skip
def test_numbers_are_written_as_wanted(
    decimal: Decimal, separator: str, written: list[str]
) -> None:
    values = (-1.5, 0.000001, 2.0, None)
    lines = [Line(name="J1", value=value, count=-3) for value in values]
    text = csv_file(["name", "value", "count"], lines, decimal)

    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:]), delimiter=separator))
    assert [row["value"] for row in rows] == written
    assert {row["count"] for row in rows} == {"-3"}  # a number may begin with a minus


def test_a_text_is_no_formula() -> None:
    text = csv_file(["name"], [Line(name="=1+1", value=None, count=0)], Decimal.POINT)
    assert text.splitlines()[1] == "'=1+1"
