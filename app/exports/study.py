"""What was made of a recording's turns: as tables, with codes and words, and how it came about."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import Purpose
from app.exports.agreed import Agreed, Contents
from app.exports.codebooks import codebooks_of, described_codes
from app.exports.formats.offered import FORMATS
from app.exports.formats.parquet import codings_parquet
from app.exports.formats.table import codings_table
from app.exports.listing import listing
from app.exports.reader import Reader
from app.exports.readme import readme
from app.exports.turnlist import TurnList
from app.groups.models import Group
from app.kit.db import Database
from app.meetings.models import Meeting
from app.recordings.models import FileKind, Recording
from app.sampling import service as sampling
from app.transcripts import service as transcripts
from app.transcripts import vtt


class Studied(NamedTuple):
    files: list[tuple[str, bytes]]
    """Names and contents."""
    about: dict[str, Any]
    """For the manifest."""
    contents: list[Contents]


def written(turns: TurnList, reader: Reader) -> list[tuple[str, bytes]]:
    """In every format. Takes a second or two of a long meeting: beside the loop, or nobody else is
    answered meanwhile."""
    files = [(f"turns.{name}", way.write(turns, reader)) for name, way in FORMATS.items()]
    if turns.given or turns.notes:
        files.append(("codings.csv", codings_table(turns)))
        files.append(("codings.parquet", codings_parquet(turns)))
    return files


async def of_turns(
    database: Database,
    db: AsyncSession,
    meeting: Meeting,
    recording: Recording,
    reader: Reader,
    agreed: Agreed,
    media: Sequence[tuple[FileKind, str]],
    beside: Sequence[str],
) -> Studied:
    """`media`: kind and name of the files that may be used. `beside`: README.txt's words about
    observation notes and the chat."""
    found = await listing(database, db, meeting, recording, reader, agreed, media)
    index, coded = found.in_use, found.codes
    group = await db.get_one(Group, meeting.group_id)
    sample = await sampling.in_force(db, group.programme_id)
    sampled = sampling.described(sample, recording.id) if sample else None
    files = [
        ("README.txt", readme(reader.text, found, sampled, agreed, beside).encode()),
        *codebooks_of(coded, reader),
    ]
    files += await asyncio.to_thread(written, found.turns, reader)
    if found.lines:
        files.append(("transcript.vtt", vtt.write(transcripts.cues(found.lines)).encode()))
    indexed = agreed.rests_on(Purpose.AUDIO, Purpose.INDEXING)
    about = {
        "sampling": sampled,
        "turns": {
            "version": index.version if index else None,
            "parameters": index.parameters if index else {},
            "count": len(found.rows),
            **indexed,
        },
        "codes": described_codes(coded) | indexed,
        "words": {
            "count": len(found.lines),
            **agreed.rests_on(Purpose.AUDIO, Purpose.TRANSCRIPT),
        },
    }
    return Studied(files, about, found.contents(agreed))
