"""Rows as a CSV table, for a spreadsheet or for a program."""

import re
from collections.abc import Iterable
from decimal import Decimal as Exact
from enum import StrEnum

from pydantic import BaseModel

from app.kit.spreadsheets import BYTE_ORDER_MARK, inert


class Decimal(StrEnum):
    POINT = "point"
    """Commas between cells (RFC 4180): for programs, and for spreadsheets in English."""
    COMMA = "comma"
    """Semicolons between cells: what spreadsheets in Finland and Sweden open. To them 1.5 in a cell
    is the first of May."""


SEPARATORS = {Decimal.POINT: ",", Decimal.COMMA: ";"}
BREAKS = re.compile(r"""[",;\t\r\n]""")
"""What ends a cell to some program, or is taken for its edge."""
PLACES = 6
"""Of a figure."""


def csv_file(columns: list[str], rows: Iterable[BaseModel], decimal: Decimal) -> str:
    values = (row.model_dump(mode="json") for row in rows)
    return csv_text(columns, ([_short(each[name]) for name in columns] for each in values), decimal)


def csv_text(
    columns: Iterable[str], rows: Iterable[Iterable[object]], decimal: Decimal = Decimal.COMMA
) -> str:
    """The names of the columns, and the rows under them. What is no number is text, and inert."""
    lines = (csv_line(cells, decimal) for cells in rows)
    return BYTE_ORDER_MARK + csv_line(columns, decimal) + "".join(lines)


def csv_line(cells: Iterable[object], decimal: Decimal = Decimal.COMMA) -> str:
    return SEPARATORS[decimal].join(csv_cell(value, decimal) for value in cells) + "\r\n"


def csv_cell(value: object, decimal: Decimal = Decimal.COMMA) -> str:
    """A number below zero begins with a minus and stays one; a text that does is made harmless."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        written = f"{Exact(repr(value)):f}" if isinstance(value, float) else str(value)
        plain = written.rstrip("0").rstrip(".") if "." in written else written
        return plain.replace(".", ",") if decimal == Decimal.COMMA else plain
    text = inert(str(value))
    return '"' + text.replace('"', '""') + '"' if BREAKS.search(text) else text


def _short(value: object) -> object:
    return round(value, PLACES) if isinstance(value, float) else value
