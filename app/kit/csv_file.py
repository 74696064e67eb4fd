"""Rows as a CSV table, for a spreadsheet or for a program."""

import csv
import io
from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel

from app.kit.spreadsheets import BYTE_ORDER_MARK, inert


class Decimal(StrEnum):
    POINT = "point"
    """Commas between cells (RFC 4180): for programs, and for spreadsheets in English."""
    COMMA = "comma"
    """Semicolons between cells: what spreadsheets in Finland and Sweden open. To them 1.5 in a cell
    is the first of May."""


def csv_file(columns: list[str], rows: Iterable[BaseModel], decimal: Decimal) -> str:
    values = (row.model_dump(mode="json") for row in rows)
    cells = ([_cell(each[column], decimal) for column in columns] for each in values)
    return csv_text(columns, cells, ";" if decimal == Decimal.COMMA else ",")


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[object]], delimiter: str = ",") -> str:
    """The names of the columns, and the rows as they are: what people wrote in them is `inert`."""
    target = io.StringIO()
    target.write(BYTE_ORDER_MARK)
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows(rows)
    return target.getvalue()


def _cell(value: object, decimal: Decimal) -> str:
    """A number below zero begins with a minus and stays one; a text that does is made harmless."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        plain = f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        return plain.replace(".", ",") if decimal == Decimal.COMMA else plain
    return inert(str(value))
