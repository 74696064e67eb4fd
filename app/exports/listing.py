"""A recording's turns, codes and words, gathered once for every format, as consents allow now."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from app.coding import codes
from app.coding.codes import Codes
from app.exports.reader import Reader
from app.exports.turnlist import TurnList, turn_list
from app.groups.models import Group
from app.meetings.models import Meeting
from app.recordings import reading
from app.recordings.models import FileKind, Recording
from app.transcripts import service as transcripts
from app.transcripts.service import LineRow
from app.turns import service as turns
from app.turns.models import TurnIndex
from app.turns.service import TurnRow


class Listing(NamedTuple):
    in_use: TurnIndex | None
    """The index."""
    rows: list[TurnRow]
    codes: Codes
    lines: list[LineRow]
    turns: TurnList


async def listing(
    db: AsyncSession,
    meeting: Meeting,
    recording: Recording,
    reader: Reader,
    media: Sequence[tuple[FileKind, str]],
) -> Listing:
    """`media`: kind and name of the files that may be used."""
    group = await db.get_one(Group, meeting.group_id)
    index, rows = await turns.allowed(db, recording.id, meeting)
    coded = await codes.of_recording(db, reader.user_id, recording.id)
    lines = await transcripts.allowed(db, recording.id, meeting)
    listed = turn_list(group, meeting, recording, rows, media, coded, lines)
    return Listing(index, rows, coded, lines, listed)


async def media_of(
    db: AsyncSession, meeting: Meeting, recording: Recording, folder: str = ""
) -> list[tuple[FileKind, str]]:
    """Kind and name, below `folder`, of the files that may be used."""
    files = await reading.usable_files(db, recording, meeting)
    return [(f.kind, folder + await reading.file_name(db, meeting, f)) for f in files]
