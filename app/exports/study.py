"""What was made of a recording's turns: as tables, with codes and words, and how it came about."""

from collections.abc import Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.coding import codes
from app.exports.codebooks import codebooks_of, described_codes
from app.exports.formats.offered import FORMATS
from app.exports.reader import Reader
from app.exports.readme import readme
from app.exports.turnlist import turn_list
from app.groups.models import Group
from app.meetings.models import Meeting
from app.recordings.models import FileKind, Recording
from app.sampling import service as sampling
from app.transcripts import service as transcripts
from app.transcripts import vtt
from app.turns import service as turns
from app.turns.table import table


async def of_turns(
    db: AsyncSession,
    meeting: Meeting,
    recording: Recording,
    reader: Reader,
    media: Sequence[tuple[FileKind, str]],
    notes: str,
) -> tuple[list[tuple[str, bytes]], dict[str, Any]]:
    """Names and contents of files, and what the manifest says of them.

    `media`: kind and name of the files that may be used. `notes`: README.txt's words about
    observation notes.
    """
    index, rows = await turns.allowed(db, recording.id, meeting)
    coded = await codes.of_recording(db, reader.user_id, recording.id)
    lines = await transcripts.allowed(db, recording.id, meeting)
    group = await db.get_one(Group, meeting.group_id)
    sample = await sampling.in_force(db, group.programme_id)
    sampled = sampling.described(sample, recording.id) if sample else None
    columns = [column.name for column in coded.columns]
    files = [
        ("turns.csv", table(meeting, rows, columns, coded.values).encode()),
        ("README.txt", readme(reader.text, index, coded, sampled, notes).encode()),
        *codebooks_of(coded, reader),
    ]
    listed = turn_list(meeting, recording, rows, media, coded, lines)
    files += [(f"turns.{name}", way.write(listed, reader.text)) for name, way in FORMATS.items()]
    if lines:
        files.append(("transcript.vtt", vtt.write(transcripts.cues(lines)).encode()))
    about = {
        "sampling": sampled,
        "turns": {
            "version": index.version if index else None,
            "parameters": index.parameters if index else {},
            "count": len(rows),
        },
        "codes": described_codes(coded),
    }
    return files, about
