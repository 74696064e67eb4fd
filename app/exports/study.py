"""What was made of a recording's turns: as tables, with codes and words, and how it came about."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports.codebooks import codebooks_of, described_codes
from app.exports.formats.offered import FORMATS
from app.exports.listing import listing
from app.exports.reader import Reader
from app.exports.readme import readme
from app.exports.turnlist import TurnList
from app.groups.models import Group
from app.meetings.models import Meeting
from app.recordings.models import FileKind, Recording
from app.sampling import service as sampling
from app.transcripts import service as transcripts
from app.transcripts import vtt
from app.turns.table import table


def written(turns: TurnList, reader: Reader) -> list[tuple[str, bytes]]:
    """In every format. Takes a second or two of a long meeting: beside the loop, or nobody else is
    answered meanwhile."""
    return [(f"turns.{name}", way.write(turns, reader)) for name, way in FORMATS.items()]


async def of_turns(
    db: AsyncSession,
    meeting: Meeting,
    recording: Recording,
    reader: Reader,
    media: Sequence[tuple[FileKind, str]],
    beside: Sequence[str],
) -> tuple[list[tuple[str, bytes]], dict[str, Any]]:
    """Names and contents of files, and what the manifest says of them.

    `media`: kind and name of the files that may be used. `beside`: README.txt's words about
    observation notes and the chat.
    """
    index, rows, coded, lines, listed = await listing(db, meeting, recording, reader, media)
    group = await db.get_one(Group, meeting.group_id)
    sample = await sampling.in_force(db, group.programme_id)
    sampled = sampling.described(sample, recording.id) if sample else None
    columns = [column.name for column in coded.columns]
    files = [
        ("turns.csv", table(meeting, rows, columns, coded.values).encode()),
        ("README.txt", readme(reader.text, index, coded, sampled, beside).encode()),
        *codebooks_of(coded, reader),
    ]
    files += await asyncio.to_thread(written, listed, reader)
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
