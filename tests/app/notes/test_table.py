"""The table reads back as it was written, whatever was written, and is obeyed by no spreadsheet."""

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.kit.spreadsheets import BYTE_ORDER_MARK, inert
from app.meetings.models import Meeting
from app.notes.models import ObservationNote
from app.notes.service import NoteRow
from app.notes.table import COLUMNS, table

AT = datetime(2027, 3, 10, 16, 5, 7, 250_000, tzinfo=UTC)
MEETING = Meeting(group_id=UUID(int=1), ordinal=3, starts_at=AT)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def row(text: str, position_ms: int | None = 7_250) -> NoteRow:
    note = ObservationNote(meeting_id=MEETING.id, author_id=UUID(int=2), at=AT, text=text)
    return NoteRow(note, "Olga", "H1", position_ms)


@given(st.lists(st.tuples(TEXTS, st.none() | st.integers()), max_size=5))
def test_what_is_written_is_read(notes: list[tuple[str, int | None]]) -> None:
    written = table(MEETING, [row(*each) for each in notes])
    assert written.startswith(BYTE_ORDER_MARK)
    text = io.StringIO(written.removeprefix(BYTE_ORDER_MARK), newline="")
    head, *lines = csv.reader(text, delimiter=";")
    assert head == COLUMNS
    for (wrote, position_ms), line in zip(notes, lines, strict=True):
        found = dict(zip(COLUMNS, line, strict=True))
        assert found["text"] == inert(wrote)
        assert found["position_ms"] == ("" if position_ms is None else str(position_ms))
        assert (found["author"], found["kind"]) == ("H1", "observation")
        assert found["at"] == "2027-03-10T16:05:07.250+00:00"


def test_the_author_stands_under_a_pseudonym_only() -> None:
    assert "Olga" not in table(MEETING, [row("hiljaista")])
