"""What chance makes of each recording, drawn by the worker and kept for pages of many of them.

A meeting takes some 250 ms, a programme 88 times as long. Draws are those of exactly the turns,
presence and rules that a page shows, or they are not shown: their row says what it was made of. A
page that finds another takes that row away, and the worker draws what has none.
"""

import asyncio
from collections.abc import Iterable, Mapping
from hashlib import sha256
from uuid import UUID

import numpy as np
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.analysis import null, pooled, service
from app.analysis.measures import measure
from app.analysis.pooled import Drawn
from app.analysis.service import Measured
from app.analysis.table import Talk
from app.kit.db import Database
from app.meetings.models import Meeting, MeetingKind, MeetingState
from app.recordings.models import Recording, RecordingState
from app.turns.models import DrawnFigures

VERSION = 1
"""Of what is drawn and how. Raise it when that changes: everything is then drawn anew."""
NOTHING = ""
"""Of a recording that there was nothing to draw from."""
FLOAT = "<f4"

Drawings = Mapping[UUID, Drawn]
"""By recording."""


def made_of(talk: Talk) -> str:
    """All that draws depend on, as one word."""
    people = [(person.is_facilitator, person.stays) for person in talk.people]
    rules = (VERSION, null.DRAWN, null.SEED)
    digest = sha256(repr((rules, talk.number, talk.length_ms, talk.unrecorded, people)).encode())
    for column in (talk.speaker, talk.start_ms, talk.end_ms, talk.is_backchannel):
        digest.update(column.tobytes())
    return digest.hexdigest()


async def of(database: Database, db: AsyncSession, series: Iterable[Measured]) -> Drawings:
    """Those that were made of what these were measured of."""
    wanted = {each.studied.recording.id: made_of(each.studied.talk) for each in series}
    query = select(DrawnFigures).where(col(DrawnFigures.recording_id).in_(wanted))
    found, stale = {}, []
    for row in (await db.exec(query)).all():
        if row.made_of == wanted[row.recording_id]:
            found[row.recording_id] = _read(row)
        else:
            stale.append((row.recording_id, row.made_of))
    if stale:
        async with database.transaction() as writing:
            for recording_id, word in stale:
                own = col(DrawnFigures.recording_id) == recording_id
                same = col(DrawnFigures.made_of) == word
                await writing.exec(delete(DrawnFigures).where(own, same))
    return found


def _read(row: DrawnFigures) -> Drawn:
    names = tuple((side, figure) for side, figure in row.names)
    return Drawn(names, np.frombuffer(row.draws, dtype=FLOAT).reshape(len(names), -1))


async def waiting(database: Database) -> list[UUID]:
    """Recordings of mentoring meetings that are over and finished, of which nothing is drawn."""
    drawn = select(DrawnFigures.recording_id)
    query = (
        select(Recording.id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(Recording.state == RecordingState.READY, Meeting.state == MeetingState.ENDED)
        .where(Meeting.kind == MeetingKind.MENTORING, col(Recording.id).not_in(drawn))
        .order_by(col(Recording.id))
    )
    async with database.reading() as db:
        return list((await db.exec(query)).all())


async def draw(database: Database, recording_id: UUID) -> None:
    """Keeps nothing where the turns have changed meanwhile, or somebody else has drawn."""
    async with database.reading() as db:
        talk = await _talk(db, recording_id)
    row = DrawnFigures(recording_id=recording_id, made_of=_word(talk))
    if talk is not None:
        drawn = pooled.of(await asyncio.to_thread(measure, talk))
        row.names = [list(name) for name in drawn.names]
        row.draws = drawn.values.astype(FLOAT).tobytes()
    async with database.transaction() as db:
        is_current = row.made_of == _word(await _talk(db, recording_id))
        if is_current and await db.get(DrawnFigures, recording_id) is None:
            db.add(row)


def _word(talk: Talk | None) -> str:
    return NOTHING if talk is None else made_of(talk)


async def _talk(db: AsyncSession, recording_id: UUID) -> Talk | None:
    recording = await db.get(Recording, recording_id)
    if recording is None or recording.state != RecordingState.READY:
        return None
    meeting = await db.get_one(Meeting, recording.meeting_id)
    studied = await service.of_recording(db, recording, meeting)
    return studied.talk if studied else None
