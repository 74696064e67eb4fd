"""The quality log as a CSV table: one line per person and stretch, pseudonyms only."""

from collections.abc import Iterable
from dataclasses import fields

from app.kit.csv_file import csv_text
from app.meetings.models import Meeting
from app.quality.figures import Figures
from app.quality.service import Row

FIGURES = [each.name for each in fields(Figures)]
COLUMNS = ["meeting", "ordinal", "pseudonym", "role", "started_at", *FIGURES]


def table(meeting: Meeting, rows: Iterable[Row]) -> str:
    """An empty cell: nobody could tell."""
    return csv_text(COLUMNS, (_line(meeting, row) for row in rows))


def _line(meeting: Meeting, row: Row) -> list[object]:
    sample, member = row
    who = [meeting.id, meeting.ordinal, member.pseudonym, member.role]
    figures = [_short(getattr(sample, name)) for name in FIGURES]
    return [*who, sample.started_at.isoformat(timespec="milliseconds"), *figures]


def _short(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
