"""What was kept of a meeting's chat in an export, as each writer's consent to it allows."""

from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import service
from app.chat.table import COLUMNS, table
from app.consent.models import Purpose
from app.exports.agreed import Agreed, Contents
from app.exports.reader import Reader
from app.meetings.models import Meeting
from app.recordings.models import Recording

NAME = "chat.csv"


class Written(NamedTuple):
    table: bytes | None
    """None: it is not in this export."""
    about: dict[str, Any]
    """For the manifest."""
    words: str
    """For README.txt."""
    contents: Contents


async def written(
    db: AsyncSession, meeting: Meeting, recording: Recording, reader: Reader, agreed: Agreed
) -> Written:
    """The lines of one recording, unless the reader codes it still."""
    found = await service.shown(db, reader.actor.user_id, recording, meeting)
    rows = [row for row in found.rows if agreed.includes(row.line.user_id)]
    rests_on = agreed.rests_on(Purpose.CHAT)
    if found.is_withheld:
        about: dict[str, Any] = {"included": False, "withheld": True}
        return Written(None, about | rests_on, reader.text("export.readme_chat_withheld"), {})
    if not rows:
        about = {"included": False, "count": 0}
        return Written(None, about | rests_on, reader.text("export.readme_chat_none"), {})
    about = {"included": True, "count": len(rows)}
    lines = [f"    {column}: {reader.text(f'variable.chat_{column}')}" for column in COLUMNS]
    words = "\n".join([reader.text("export.readme_chat"), *lines])
    contents = agreed.of((row.line.user_id for row in rows), Purpose.CHAT, words=True)
    return Written(table(rows, agreed.may_quote).encode(), about | rests_on, words, contents)
