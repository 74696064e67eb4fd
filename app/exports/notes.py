"""Observation notes in an export: only when they are asked for.

They are free text about people who need not have agreed to anything, and software cannot tell whom
they speak of or take out a name. So they stay at home, as coders' memos do, until somebody who has
read them asks for them.
"""

from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports.reader import Reader
from app.meetings.models import Meeting
from app.notes import service
from app.notes.table import table

NAME = "notes.csv"


class Noted(NamedTuple):
    table: bytes | None
    """None: they are not in this export."""
    about: dict[str, Any]
    """For the manifest."""
    words: str
    """For README.txt."""


async def noted(db: AsyncSession, meeting: Meeting, reader: Reader) -> Noted:
    """The notes of one meeting, if the reader asked for them and does not code it still."""
    if not reader.wants_notes:  # nor can they be asked for in what is given on
        return Noted(None, {"included": False}, reader.text("export.readme_notes_left_out"))
    found = await service.everybodys(db, reader.actor.user_id, meeting)
    if found.is_withheld:
        about: dict[str, Any] = {"included": False, "withheld": True}
        return Noted(None, about, reader.text("export.readme_notes_withheld"))
    about = {"included": True, "count": len(found.rows)}
    return Noted(table(meeting, found.rows).encode(), about, reader.text("export.readme_notes"))
