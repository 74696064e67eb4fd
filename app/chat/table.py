"""Chat lines as a CSV table: one line a row, its writer under a pseudonym.

The text is as it was written, and may name people.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from app.chat.service import ChatRow
from app.kit.csv_file import csv_text

COLUMNS = ["recording", "position_ms", "pseudonym", "role", "text", "may_quote"]


def table(rows: Iterable[ChatRow], may_quote: Callable[[UUID], bool]) -> str:
    """`may_quote`: whether a person agrees to be quoted."""
    return csv_text(
        COLUMNS,
        (
            [
                row.line.recording_id,
                row.position_ms,
                row.writer.pseudonym,
                row.writer.role,
                row.line.text,
                int(may_quote(row.line.user_id)),
            ]
            for row in rows
        ),
    )
