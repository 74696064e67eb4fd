"""The quality log as a CSV table (RFC 4180): one line per person and stretch, pseudonyms only."""

import csv
import io
from collections.abc import Iterable
from dataclasses import fields

from app.kit.spreadsheets import BYTE_ORDER_MARK, inert
from app.meetings.models import Meeting
from app.quality.figures import Figures
from app.quality.service import Row

FIGURES = [each.name for each in fields(Figures)]
COLUMNS = ["meeting", "ordinal", "pseudonym", "role", "started_at", *FIGURES]


def table(meeting: Meeting, rows: Iterable[Row]) -> str:
    """An empty cell: nobody could tell."""
    target = io.StringIO()
    target.write(BYTE_ORDER_MARK)
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for sample, member in rows:
        who = [meeting.id, meeting.ordinal, inert(member.pseudonym), member.role]
        figures = [_short(getattr(sample, name)) for name in FIGURES]
        writer.writerow([*who, sample.started_at.isoformat(timespec="milliseconds"), *figures])
    return target.getvalue()


def _short(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
