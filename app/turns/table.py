"""The turns as a CSV table (RFC 4180), as spreadsheets in Finland open it."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from app.kit.csv_file import csv_text
from app.kit.spreadsheets import inert
from app.meetings.models import Meeting
from app.turns.service import TurnRow

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
    lines = []
    for turn, speaker in rows:
        who = [meeting.id, meeting.ordinal, inert(speaker.pseudonym), speaker.role]
        when = [turn.start_ms, turn.end_ms, turn.end_ms - turn.start_ms]
        said = (values or {}).get(turn.id, {})
        rest = [inert(said.get(column, "")) for column in more]
        lines.append([*who, *when, int(turn.is_backchannel), turn.state, *rest])
    return csv_text([*COLUMNS, *more], lines)
