"""Taking in one person's sound: sealed as it comes, looked at, put into the store.

Plain it is nowhere but in memory. What is no sound is refused before anything refers to it.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.imports import service, told
from app.kit.context import Context
from app.kit.errors import Invalid, Refusal
from app.kit.ids import made_at, new_id
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings.models import ELSEWHERE, Recording, Source, Tape, TapeState
from app.vault import service as vault
from media.sealed import SealedWriter
from media.sound_file import NoSound, check_sound
from media.store import Store

SUFFIX = ".upload.sealed"
ON_ITS_WAY = timedelta(days=1)
"""A file that nothing refers to may so long be one whose row is just being written. Lower: a slow
upload is taken for one that was cut. Higher: what a killed process left stays for longer."""
BATCH = 1 << 20
"""Bytes sealed at a time. Lower: more changes of thread. Higher: more memory for each upload."""


class TooLarge(Refusal):
    code = "import_too_large"
    status = 413


class NotMedia(Invalid):
    code = "import_no_sound"


class HasTrack(Refusal):
    code = "import_has_track"


class HasMixed(Refusal):
    code = "import_has_mixed"


class _Ground(NamedTuple):
    consent_id: UUID
    key: vault.Unwrapped


class Uploaded(NamedTuple):
    """A sealed file in the store."""

    path: str
    size: int
    """Bytes of the plain file."""
    begins_at: datetime
    """When its sound begins."""


def path_of(meeting_id: UUID, tape_id: UUID) -> str:
    """Where it lies in the store until it is a tape."""
    return f"{meeting_id}/{tape_id}{SUFFIX}"


def may_come(path: str, now: datetime) -> bool:
    """Whether this file of the store may be an upload whose row is not in the books yet."""
    if not path.endswith(SUFFIX):
        return False
    try:
        tape_id = UUID(path.rpartition("/")[2].removesuffix(SUFFIX))
    except ValueError:
        return False
    return now - made_at(tape_id) < ON_ITS_WAY


async def receive(
    context: Context,
    store: Store,
    actor: Actor,
    meeting_id: UUID,
    user_id: UUID,
    offset_ms: int,
    body: AsyncIterator[bytes],
) -> Tape:
    """`offset_ms`: when the file's sound begins, after the meeting's beginning. The tape's row,
    which waits for the worker."""
    async with context.database.transaction() as db:
        meeting, recording = await service.get(db, actor, meeting_id)
        ground = await _ground(db, context, meeting, recording, user_id)
    tape_id = new_id()
    path = path_of(meeting_id, tape_id)
    size = await put(context, store, path, ground.key.key, body)
    try:
        async with context.database.transaction() as db:
            meeting, _ = await service.get(db, actor, meeting_id)
            recording = await service.open_recording(db, meeting)
            again = await _ground(db, context, meeting, recording, user_id)
            if again != ground:
                raise service.NoAudioConsent  # it ended, or its key was destroyed, meanwhile
            begins_at = meeting.starts_at + timedelta(milliseconds=offset_ms)
            file = Uploaded(path, size, begins_at)
            tape = row(recording, user_id, Source.MICROPHONE, ground.consent_id, ground.key, file)
            tape.id = tape_id  # by which the file is known on its way (`may_come`)
            db.add(tape)
            await db.flush()
            await told.track(db, actor, meeting, tape)
            return tape
    except BaseException:
        await store.delete(path)
        raise


async def put(
    context: Context, store: Store, path: str, key: bytes, body: AsyncIterator[bytes]
) -> int:
    """Seals what comes and puts it into the store; bytes of the plain file. Raises TooLarge,
    NotMedia: then nothing is there."""
    folder = context.settings.data / "work" / f"upload-{new_id()}"
    await asyncio.to_thread(folder.mkdir, parents=True)
    try:
        sealed = folder / "sound"
        limit = context.settings.web.import_limit_mb * 1_000_000
        size = await _sealed(body, sealed, key, limit)
        try:
            await asyncio.to_thread(check_sound, sealed, key)
        except NoSound:
            raise NotMedia(field="file") from None
        await store.take_file(path, sealed)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return size


async def _ground(
    db: AsyncSession,
    context: Context,
    meeting: Meeting,
    recording: Recording | None,
    user_id: UUID,
) -> _Ground:
    """What the track will rest on and be sealed by. One track of each person is enough."""
    consent_id = await service.audio_consent(db, meeting, user_id)
    there = await service.tracks(db, recording)
    if any(tape.source == Source.MIXED for tape in there):
        raise HasMixed
    if any(tape.user_id == user_id for tape in there):
        raise HasTrack
    besides = await recordings.keys_of_others(db, recording.id, consent_id) if recording else []
    key = await vault.data_key(db, context.keys, meeting.id, user_id, "audio", besides=besides)
    return _Ground(consent_id, key)


def row(
    recording: Recording,
    user_id: UUID,
    source: Source,
    consent_id: UUID,
    key: vault.Unwrapped,
    file: Uploaded,
) -> Tape:
    """Of one person in a file that waits for the worker."""
    return Tape(
        recording_id=recording.id,
        user_id=user_id,
        publication_id=ELSEWHERE,
        source=source,
        consent_id=consent_id,
        data_key_id=key.id,
        state=TapeState.UPLOADED,
        node_name=ELSEWHERE,
        path=file.path,
        started_at=file.begins_at,
        size=file.size,
    )


async def _sealed(body: AsyncIterator[bytes], path: Path, key: bytes, limit: int) -> int:
    """Bytes of the plain file."""
    held = bytearray()
    with await asyncio.to_thread(SealedWriter, path, key) as writer:
        async for piece in body:
            held += piece
            if writer.size + len(held) > limit:
                raise TooLarge
            if len(held) >= BATCH:
                await asyncio.to_thread(writer.write, bytes(held))
                held.clear()
        await asyncio.to_thread(writer.write, bytes(held))
    return writer.size
