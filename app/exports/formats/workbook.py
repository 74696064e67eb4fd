"""The turns as a workbook: one row for each turn, and a sheet that says what the columns mean."""

from collections.abc import Callable
from io import BytesIO

import xlsxwriter

from app.exports.formats.rows import COLUMNS, code_variable, columns, rows
from app.exports.turnlist import TurnList

Text = Callable[..., str]
"""Of a key, and of the values in it by their names."""


def workbook(turns: TurnList, text: Text) -> bytes:
    """An .xlsx. Texts stay texts: nothing becomes a formula or a link, whatever it begins with."""
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties(
            {"title": turns.heading, "created": turns.recorded_at.replace(tzinfo=None)}
        )
        head = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet("turns")
        sheet.write_row(0, 0, columns(turns), head)
        for place, cells in enumerate(rows(turns), start=1):
            for beside, cell in enumerate(cells):
                if isinstance(cell, int):  # yes is 1
                    sheet.write_number(place, beside, int(cell))
                elif cell:
                    sheet.write_string(place, beside, cell)
        sheet.freeze_panes(1, 0)
        last = len(columns(turns)) - 1
        sheet.autofilter(0, 0, max(len(turns.turns), 1), last)
        sheet.set_column(0, last, 16)
        about = book.add_worksheet("variables")
        told = [(column, f"variable.{column}") for column in COLUMNS]
        told += [(column, code_variable(column)) for column in turns.columns]
        for place, (column, key) in enumerate(told):
            about.write_string(place, 0, column, head)
            about.write_string(place, 1, text(key))
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 100)
    return target.getvalue()
