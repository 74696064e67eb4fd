"""Notes as a CSV table: one line a note, its author under a pseudonym.

The text is as it was written, and may name people: that is why nothing goes out unasked.
"""

from collections.abc import Iterable

from app.kit.csv_file import csv_text
from app.meetings.models import Meeting
from app.notes.service import NoteRow

COLUMNS = ["meeting", "ordinal", "author", "at", "position_ms", "kind", "text", "edited_at"]


def table(meeting: Meeting, rows: Iterable[NoteRow]) -> str:
    """An empty cell: there is nothing to say, or no recording whose time line it could lie on."""
    return csv_text(COLUMNS, (_line(meeting, row) for row in rows))


def _line(meeting: Meeting, row: NoteRow) -> list[object]:
    note, _, pseudonym, position_ms = row
    edited = note.edited_at.isoformat(timespec="seconds") if note.edited_at else ""
    at = note.at.isoformat(timespec="milliseconds")
    who = [meeting.id, meeting.ordinal, pseudonym]
    return [*who, at, position_ms, note.kind, note.text, edited]
