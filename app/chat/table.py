"""Chat lines as a CSV table (RFC 4180): one line a row, its writer under a pseudonym.

The text is as it was written, and may name people.
"""

from collections.abc import Iterable

from app.chat.service import ChatRow
from app.kit.csv_file import csv_text
from app.kit.spreadsheets import inert

COLUMNS = ["recording", "position_ms", "pseudonym", "role", "text"]


def table(rows: Iterable[ChatRow]) -> str:
    return csv_text(COLUMNS, (_line(row) for row in rows))


def _line(row: ChatRow) -> list[object]:
    line, member, _, position_ms = row
    who = [inert(member.pseudonym), member.role]
    return [line.recording_id, position_ms, *who, inert(line.text)]
