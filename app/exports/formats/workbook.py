"""The turns as a workbook: one row for each turn, and a sheet that says what the columns mean."""

from collections.abc import Callable
from io import BytesIO

import xlsxwriter

from app.exports.turnlist import TurnList

COLUMNS = ("pseudonym", "role", "start_ms", "end_ms", "duration_ms", "is_backchannel", "state")
Text = Callable[..., str]
"""Of a key, and of the values in it by their names."""


def code_variable(column: str) -> str:
    """The text that says what a column of codes holds."""
    if column.endswith("_also"):
        return "variable.codes_also"
    return "variable.codes_decided" if column.endswith("_decided") else "variable.codes_coder"


def workbook(turns: TurnList, text: Text) -> bytes:
    """An .xlsx. Texts stay texts: nothing becomes a formula or a link, whatever it begins with."""
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties(
            {"title": turns.title, "created": turns.recorded_at.replace(tzinfo=None)}
        )
        head = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet("turns")
        sheet.write_row(0, 0, [*COLUMNS, *turns.columns], head)
        roles = {speaker.pseudonym: speaker.role for speaker in turns.speakers}
        for place, turn in enumerate(turns.turns, start=1):
            length_ms = turn.end_ms - turn.start_ms
            sheet.write_string(place, 0, turn.pseudonym)
            sheet.write_string(place, 1, roles[turn.pseudonym])
            sheet.write_row(place, 2, [turn.start_ms, turn.end_ms, length_ms])
            sheet.write_number(place, 5, int(turn.is_backchannel))
            sheet.write_string(place, 6, turn.state)
            for beside, column in enumerate(turns.columns, start=len(COLUMNS)):
                if column in turn.codes:
                    sheet.write_string(place, beside, turn.codes[column])
        sheet.freeze_panes(1, 0)
        last = len(COLUMNS) + len(turns.columns) - 1
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
