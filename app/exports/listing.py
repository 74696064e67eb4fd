"""A recording's turns, codes and words, gathered once for every format, as consents allow now and
for whoever it is made for."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from app.coding import codes, seeing
from app.coding.codes import Codes
from app.consent.models import Purpose
from app.exports.agreed import Agreed, Contents
from app.exports.reader import Reader
from app.exports.turnlist import TurnList, turn_list
from app.groups.models import Group
from app.kit.db import Database
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

    def contents(self, agreed: Agreed) -> list[Contents]:
        """Of whom there are turns in it, and whose words."""
        return [
            agreed.of((row.turn.user_id for row in self.rows), Purpose.AUDIO, Purpose.INDEXING),
            words_of(self.lines, agreed),
        ]


def words_of(lines: Iterable[LineRow], agreed: Agreed) -> Contents:
    people = (row.line.user_id for row in lines)
    return agreed.of(people, Purpose.AUDIO, Purpose.TRANSCRIPT, words=True)


async def listing(
    database: Database,
    db: AsyncSession,
    meeting: Meeting,
    recording: Recording,
    reader: Reader,
    agreed: Agreed,
    media: Sequence[tuple[FileKind, str]],
    *,
    with_codes: bool = True,
) -> Listing:
    """`media`: kind and name of the files that may be used. Who is given codes has read them, and
    the audit log is told before."""
    group = await db.get_one(Group, meeting.group_id)
    index, allowed = await turns.allowed(db, recording.id, meeting)
    rows = [row for row in allowed if agreed.includes(row.turn.user_id)]
    coded = Codes()
    if with_codes:
        coded = await codes.of_recording(db, reader.actor.user_id, recording.id)
    if coded.given or coded.notes:
        await seeing.told(database, db, reader.actor, [recording.id])
    lines = await lines_of(db, meeting, recording, agreed)
    listed = turn_list(group, meeting, recording, rows, media, coded, lines, agreed)
    return Listing(index, rows, coded, lines, listed)


async def lines_of(
    db: AsyncSession, meeting: Meeting, recording: Recording, agreed: Agreed
) -> list[LineRow]:
    lines = await transcripts.allowed(db, recording.id, meeting)
    return [row for row in lines if agreed.includes(row.line.user_id)]


async def media_of(
    db: AsyncSession, meeting: Meeting, recording: Recording, agreed: Agreed, folder: str = ""
) -> list[tuple[FileKind, str]]:
    """Kind and name, below `folder`, of the files that may be used."""
    files = agreed.files(await reading.usable_files(db, recording, meeting))
    return [(f.kind, folder + await reading.file_name(db, meeting, f)) for f in files]
