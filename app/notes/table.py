"""Notes as a CSV table (RFC 4180): one line a note, its author under a pseudonym.

The text is as it was written, and may name people: that is why nothing goes out unasked.
"""

import csv
import io
from collections.abc import Iterable

from app.kit.spreadsheets import BYTE_ORDER_MARK, inert
from app.meetings.models import Meeting
from app.notes.service import NoteRow

COLUMNS = ["meeting", "ordinal", "author", "at", "position_ms", "kind", "text", "edited_at"]


def table(meeting: Meeting, rows: Iterable[NoteRow]) -> str:
    """An empty cell: there is nothing to say, or no recording whose time line it could lie on."""
    target = io.StringIO()
    target.write(BYTE_ORDER_MARK)
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for note, _, pseudonym, position_ms in rows:
        edited = note.edited_at.isoformat(timespec="seconds") if note.edited_at else ""
        at = note.at.isoformat(timespec="milliseconds")
        who = [meeting.id, meeting.ordinal, inert(pseudonym)]
        writer.writerow([*who, at, position_ms, note.kind, inert(note.text), edited])
    return target.getvalue()
