"""The table reads back as it was written, whatever was written, and is obeyed by no spreadsheet."""

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.chat.models import ChatLine
from app.chat.service import ChatRow
from app.chat.table import COLUMNS, table
from app.groups.models import GroupRole, Membership
from app.kit.spreadsheets import BYTE_ORDER_MARK, inert

AT = datetime(2027, 3, 10, 16, 5, 7, 250_000, tzinfo=UTC)
ID = UUID(int=7)
BOB = Membership(group_id=ID, user_id=ID, role=GroupRole.MEMBER, pseudonym="J1")
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def row(text: str, position_ms: int = 7_250) -> ChatRow:
    line = ChatLine(recording_id=ID, user_id=ID, consent_id=ID, at=AT, text=text)
    return ChatRow(line, BOB, "Bob", position_ms)


@given(st.lists(st.tuples(TEXTS, st.integers(min_value=0)), max_size=5))
def test_what_is_written_is_read(lines: list[tuple[str, int]]) -> None:
    written = table([row(*each) for each in lines], lambda _: True)
    assert written.startswith(BYTE_ORDER_MARK)
    text = io.StringIO(written.removeprefix(BYTE_ORDER_MARK), newline="")
    head, *read = csv.reader(text, delimiter=";")
    assert head == COLUMNS
    for (wrote, position_ms), cells in zip(lines, read, strict=True):
        found = dict(zip(COLUMNS, cells, strict=True))
        assert found["text"] == inert(wrote)
        assert (found["position_ms"], found["recording"]) == (str(position_ms), str(ID))
        assert (found["pseudonym"], found["role"]) == ("J1", "member")
        assert found["may_quote"] == "1"


def test_the_writer_stands_under_a_pseudonym_only() -> None:
    assert "Bob" not in table([row("hei")], lambda _: False)
