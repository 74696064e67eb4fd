"""Erasing what was recorded under a consent that has ended.

A withdrawal refuses the files at once, because every use asks the ledger. Erasing comes after and
cannot be undone: first the data keys are destroyed, which makes every copy unreadable, backups of
the store and of the database included; then the objects are deleted from the store; then the rows
say so. Each part may be done again after a kill. A backup of the keys' folder from before still
holds them: it must be kept for days only.

A key that still seals something that stands (the person withdrew and granted again in the same
meeting) stays; of what it sealed before, only the object is deleted.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.consent.ended import ended
from app.groups.models import Group
from app.kit import audit
from app.kit.db import Database, now
from app.meetings.models import Meeting
from app.recordings import consents, erasures, sealing, service
from app.recordings.models import Recording, RecordingFile, RecordingState, Tape, TapeState
from app.recordings.states import move
from app.vault import service as vault
from media.store import Store

AT_REST = (RecordingState.READY, RecordingState.FAILED)
"""Nobody writes and nobody finishes."""
OVERDUE = (RecordingState.STOPPED, RecordingState.CLAIMED, *AT_REST)
"""What is over its time does not go on any more."""
ERASABLE = (RecordingState.RUNNING, *OVERDUE)
"""While a recording runs, the withdrawn tape has ended, and `service.hold` keeps a new one from
taking up a key that goes. While it is being finished, which may wait for a store for days, what is
under way is given up and begun anew without the tape."""


class Over(NamedTuple):
    """What the end of its time takes from a recording."""

    consents: frozenset[UUID]
    """What was recorded under them goes, although they stand."""
    whole: bool
    """Also what rests on no consent: a manifest of an empty recording. Of an erased one, tapes that
    came late."""


NOT_OVER, ALL_OVER = Over(frozenset(), False), Over(frozenset(), True)
GONE = (TapeState.ERASED, TapeState.LOST)
"""Nothing is there of these that could be finished."""


class Doomed(NamedTuple):
    tapes: frozenset[UUID]
    along: frozenset[UUID]
    """Of these, those whose own consents stand: the mixed file of theirs and of somebody else's
    voice goes for that other's sake."""
    files: frozenset[UUID]
    paths: frozenset[str]


async def waiting(db: AsyncSession) -> list[UUID]:
    """Recordings that hold a tape whose consent has ended."""
    unallowed = col(Tape.consent_id).in_(ended(Tape, col(Tape.started_at)))
    return await _with_tapes(db, (*ERASABLE, RecordingState.ERASED), unallowed)


async def late(db: AsyncSession) -> list[UUID]:
    """Erased recordings to which a tape that was lost came, or may come: no other look at them is
    taken."""
    return await _with_tapes(db, (RecordingState.ERASED,), true())


async def _with_tapes(
    db: AsyncSession, states: Collection[RecordingState], of_tape: ColumnElement[bool]
) -> list[UUID]:
    left_behind = (Tape.state == TapeState.WRITING) & (Recording.state != RecordingState.RUNNING)
    query = (
        select(Recording.id)
        .join(Tape, col(Tape.recording_id) == Recording.id)
        .where(
            col(Recording.state).in_(states),
            col(Tape.state).in_(consents.HELD) | left_behind,
            of_tape,
        )
        .distinct()
    )
    return list((await db.exec(query)).all())


async def erase(database: Database, store: Store, recording_id: UUID, over: Over = NOT_OVER) -> int:
    """Erases the tapes that no consent allows, or whose time is over, and every file that holds
    them; how many tapes.

    What others agreed to is made again without them: the recording is claimed anew, and the worker
    finishes it as it does one that was left behind.
    """
    async with database.transaction() as db:
        doomed = await _condemn(db, recording_id, over)
    for path in sorted(doomed.paths):
        await store.delete(path)
    if doomed.tapes or doomed.files or over.whole:
        async with database.transaction() as db:
            await _strike_out(db, recording_id, doomed, over)
    return len(doomed.tapes)


async def _condemn(db: AsyncSession, recording_id: UUID, over: Over) -> Doomed:
    """Says what must go, and destroys the keys that seal nothing else."""
    recording = await db.get(Recording, recording_id, with_for_update=True)
    meeting = await db.get(Meeting, recording.meeting_id) if recording else None
    erasable = (*(ERASABLE if over == NOT_OVER else OVERDUE), RecordingState.ERASED)
    if recording is None or meeting is None or recording.state not in erasable:
        return Doomed(frozenset(), frozenset(), frozenset(), frozenset())
    rows = await consent.chain(db, meeting.group_id)
    standing = ledger.standing(rows) - over.consents
    tapes, files = await service.tapes(db, recording_id), await service.files(db, recording_id)
    runs = recording.state == RecordingState.RUNNING
    own = consents.to_erase(tapes, rows, over.consents, runs=runs)
    if recording.state == RecordingState.ERASED and over.whole:
        own = [tape for tape in tapes if tape.state != TapeState.ERASED]
    along = consents.along_with(own, tapes)
    ending = {tape.id: tape for tape in [*own, *along]}
    staying = [t for t in tapes if t.id not in ending and t.state not in GONE]
    touched = bool(ending) or over.whole
    keeping = files if not touched else consents.usable(files, standing) if staying else []
    kept = {file.id for file in keeping}
    files_going = [file for file in files if file.id not in kept]
    going: list[Tape | RecordingFile] = [*ending.values(), *files_going]
    to_come = [t for t in tapes if t.id not in ending and t.state == TapeState.LOST]
    in_use: list[Tape | RecordingFile] = [*staying, *to_come, *keeping]
    still_used = {thing.data_key_id for thing in in_use}
    keys = {thing.data_key_id for thing in going}
    if touched:  # of what was replaced or never published, and of a composite under way
        keys |= {key.id for key in await vault.living(db, meeting.id, sealing.SCOPES)}
    destroyed = [await vault.destroy(db, key_id) for key_id in sorted(keys - still_used)]
    await erasures.note_media(db, recording_id, ledger.ended_by(rows), own, files_going, destroyed)
    return Doomed(
        frozenset(ending),
        frozenset(tape.id for tape in along),
        frozenset(file.id for file in files_going),
        frozenset(thing.path for thing in going),
    )


async def _strike_out(db: AsyncSession, recording_id: UUID, doomed: Doomed, over: Over) -> None:
    recording = await db.get_one(Recording, recording_id, with_for_update=True)
    tapes = await service.tapes(db, recording_id)
    erased = [t for t in tapes if t.id in doomed.tapes and t.state != TapeState.ERASED]
    for tape in erased:
        tape.state, tape.size = TapeState.ERASED, 0
        tape.ended_at = tape.ended_at or now()
    files = [file for file in await service.files(db, recording_id) if file.id in doomed.files]
    await _tell(db, recording, [t for t in erased if t.id not in doomed.along], len(files))
    await _forget(db, recording_id, doomed.files)
    if recording.state not in (AT_REST if over == NOT_OVER else OVERDUE):
        return  # it may go on, or the worker has begun again meanwhile, without these tapes
    if all(tape.state in GONE for tape in tapes):
        if recording.state != RecordingState.READY or not doomed.along:
            move(recording, RecordingState.ERASED)
    elif recording.state == RecordingState.READY and files:
        move(recording, RecordingState.CLAIMED)
        recording.progress = 0


async def _tell(db: AsyncSession, recording: Recording, erased: list[Tape], files: int) -> None:
    """One audit entry per person whose tapes went; one for files that rested on nobody's."""
    meeting = await db.get_one(Meeting, recording.meeting_id)
    group = await db.get_one(Group, meeting.group_id)
    people: list[UUID | None] = [*sorted({tape.user_id for tape in erased})]
    for subject in people or ([None] if files else []):
        about = audit.About(
            "recording", recording.id, subject, group.programme_id, group.id, meeting.id
        )
        counts = {"tapes": sum(tape.user_id == subject for tape in erased), "files": files}
        audit.record(db, audit.Deed.ERASED, audit.WORKER, about, details=counts)


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
