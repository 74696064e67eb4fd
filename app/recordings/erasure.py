"""Erasing what was recorded under a consent that has ended.

A withdrawal refuses the files at once, because every use asks the ledger. Erasing comes after and
cannot be undone: first the data keys are destroyed, which makes every copy unreadable, backups of
the store included; then the objects are deleted from the store; then the rows say so. Each part may
be done again after a kill. A backup of the database from before still holds the wrapped keys: it
must not be kept longer than the programme promises.

A key that still seals something that stands (the person withdrew and granted again in the same
meeting) stays; of what it sealed before, only the object is deleted.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision
from app.kit.db import Database, now
from app.meetings.models import Meeting
from app.recordings import consents, erasures, service
from app.recordings.models import Recording, RecordingFile, RecordingState, Tape, TapeState
from app.recordings.states import move
from app.vault import service as vault
from media.store import Store

AT_REST = (RecordingState.READY, RecordingState.FAILED)
"""Nobody writes and nobody finishes."""
ERASABLE = (RecordingState.RUNNING, RecordingState.STOPPED, *AT_REST)
"""While a recording is being finished, the tapes' keys are in use. While it runs they are not: the
withdrawn tape has ended, and `service.hold` keeps a new one from taking up a key that goes."""


class Doomed(NamedTuple):
    tapes: frozenset[UUID]
    files: frozenset[UUID]
    paths: frozenset[str]


async def waiting(db: AsyncSession) -> list[UUID]:
    """Recordings at rest that hold a tape whose consent has ended."""
    given, later = aliased(ConsentDecision), aliased(ConsentDecision)
    ended = (
        select(given.id)
        .join(
            later,
            (col(later.group_id) == given.group_id)
            & (col(later.user_id) == given.user_id)
            & (col(later.purpose) == given.purpose),
        )
        .where(
            col(later.sequence) > col(given.sequence),
            col(later.decision) != Decision.GRANTED,
            col(later.keeps_earlier).is_(False) | (col(later.decided_at) <= col(Tape.started_at)),
        )
        .correlate(Tape)
    )
    query = (
        select(Recording.id)
        .join(Tape, col(Tape.recording_id) == Recording.id)
        .where(
            col(Recording.state).in_(ERASABLE),
            Tape.state == TapeState.STORED,
            col(Tape.consent_id).in_(ended),
        )
        .distinct()
    )
    return list((await db.exec(query)).all())


async def erase(database: Database, store: Store, recording_id: UUID) -> int:
    """Erases the tapes that no consent allows and every file that holds them; how many tapes.

    What others agreed to is made again without them: the recording is claimed anew, and the worker
    finishes it as it does one that was left behind.
    """
    async with database.transaction() as db:
        doomed = await _condemn(db, recording_id)
    for path in sorted(doomed.paths):
        await store.delete(path)
    if doomed.tapes:
        async with database.transaction() as db:
            await _strike_out(db, recording_id, doomed)
    return len(doomed.tapes)


async def _condemn(db: AsyncSession, recording_id: UUID) -> Doomed:
    """Says what must go, and destroys the keys that seal nothing else."""
    recording = await db.get(Recording, recording_id, with_for_update=True)
    meeting = await db.get(Meeting, recording.meeting_id) if recording else None
    if recording is None or meeting is None or recording.state not in ERASABLE:
        return Doomed(frozenset(), frozenset(), frozenset())
    rows = await consent.chain(db, meeting.group_id)
    standing = ledger.standing(rows)
    tapes, files = await service.tapes(db, recording_id), await service.files(db, recording_id)
    ending = {tape.id: tape for tape in consents.to_erase(tapes, rows)}
    staying = [t for t in tapes if t.id not in ending and t.state != TapeState.ERASED]
    keeping = files if not ending else consents.usable(files, standing) if staying else []
    kept = {file.id for file in keeping}
    files_going = [file for file in files if file.id not in kept]
    going: list[Tape | RecordingFile] = [*ending.values(), *files_going]
    in_use: list[Tape | RecordingFile] = [*staying, *keeping]
    still_used = {thing.data_key_id for thing in in_use}
    unused = {thing.data_key_id for thing in going} - still_used
    for key_id in unused:
        await vault.destroy(db, key_id)
    await erasures.note_media(
        db, recording_id, ledger.ended_by(rows), ending.values(), files_going, unused
    )
    return Doomed(
        frozenset(ending),
        frozenset(file.id for file in files_going),
        frozenset(thing.path for thing in going),
    )


async def _strike_out(db: AsyncSession, recording_id: UUID, doomed: Doomed) -> None:
    recording = await db.get_one(Recording, recording_id, with_for_update=True)
    tapes = await service.tapes(db, recording_id)
    for tape in tapes:
        if tape.id in doomed.tapes:
            tape.state, tape.size = TapeState.ERASED, 0
            tape.ended_at = tape.ended_at or now()
    await _forget(db, recording_id, doomed.files)
    if recording.state not in AT_REST:
        return  # it runs, or the worker has begun again meanwhile, without these tapes
    if all(tape.state == TapeState.ERASED for tape in tapes):
        move(recording, RecordingState.ERASED)
    elif recording.state == RecordingState.READY and doomed.files:
        move(recording, RecordingState.CLAIMED)
        recording.progress = 0


async def _forget(db: AsyncSession, recording_id: UUID, file_ids: Collection[UUID]) -> None:
    for track in await service.tracks(db, recording_id):
        if track.file_id in file_ids:
            await db.delete(track)
    await db.flush()
    for file_id in file_ids:
        file = await db.get(RecordingFile, file_id)
        if file is not None:
            await db.delete(file)
    await db.flush()
