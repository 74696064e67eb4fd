"""Turns, and codings, as CSV tables that spreadsheets in Finland open."""

from collections.abc import Iterable

from app.exports.formats import codings
from app.exports.formats.rows import columns, rows
from app.exports.turnlist import TurnList
from app.kit.csv_file import csv_text


def table(turns: TurnList) -> bytes:
    return _written(columns(turns), rows(turns))


def codings_table(turns: TurnList) -> bytes:
    return _written(codings.COLUMNS, codings.rows(turns))


def _written(names: Iterable[str], lines: Iterable[Iterable[object]]) -> bytes:
    """What is yes or no is 1 or 0."""
    cells = ([int(each) if isinstance(each, bool) else each for each in line] for line in lines)
    return csv_text(names, cells).encode()
