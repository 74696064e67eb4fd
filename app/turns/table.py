"""The turns as a CSV table (RFC 4180), as spreadsheets in Finland open it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from app.kit.spreadsheets import BYTE_ORDER_MARK, inert
from app.meetings.models import Meeting
from app.turns.service import TurnRow

__all__ = ["BYTE_ORDER_MARK", "inert", "table"]

COLUMNS = (
    "meeting",
    "ordinal",
    "pseudonym",
    "role",
    "start_ms",
    "end_ms",
    "duration_ms",
    "is_backchannel",
    "state",
)


def table(
    meeting: Meeting,
    rows: Iterable[TurnRow],
    more: Sequence[str] = (),
    values: Mapping[UUID, Mapping[str, str]] | None = None,
) -> str:
    """One line per turn; ms after the recording's start; pseudonyms only.

    `more`: further columns, and `values` what stands in them, by turn.
    """
    target = io.StringIO()
    target.write(BYTE_ORDER_MARK)
    writer = csv.writer(target)
    writer.writerow([*COLUMNS, *more])
    for turn, speaker, _ in rows:
        length = turn.end_ms - turn.start_ms
        said = (values or {}).get(turn.id, {})
        writer.writerow(
            [
                meeting.id,
                meeting.ordinal,
                inert(speaker.pseudonym),
                speaker.role,
                turn.start_ms,
                turn.end_ms,
                length,
                int(turn.is_backchannel),
                turn.state,
                *(inert(said.get(column, "")) for column in more),
            ]
        )
    return target.getvalue()
