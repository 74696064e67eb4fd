"""Chat lines as a CSV table (RFC 4180): one line a row, its writer under a pseudonym.

The text is as it was written, and may name people.
"""

import csv
import io
from collections.abc import Iterable

from app.chat.service import ChatRow
from app.kit.spreadsheets import BYTE_ORDER_MARK, inert

COLUMNS = ["recording", "position_ms", "pseudonym", "role", "text"]


def table(rows: Iterable[ChatRow]) -> str:
    target = io.StringIO()
    target.write(BYTE_ORDER_MARK)
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for line, member, _, position_ms in rows:
        who = [inert(member.pseudonym), member.role]
        writer.writerow([line.recording_id, position_ms, *who, inert(line.text)])
    return target.getvalue()
