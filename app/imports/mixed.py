"""Taking in one file with everybody's voices, as one device or program records a meeting.

Everybody who was there is heard in it, so it is taken in only when all of them have agreed to be
recorded, and whoever withdraws later takes the whole file along. The others' turns stay: they rest
on their own consents, of which each has a tape's row.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Purpose
from app.imports import service, told, uploading
from app.kit.context import Context
from app.kit.errors import Refusal
from app.kit.ids import new_id
from app.meetings.models import Attendance, Meeting
from app.recordings.models import Recording, Source, Tape
from app.vault import service as vault
from media.store import Store

SCOPE = "mixed"
"""Of the data key: it seals nothing but what everybody shares."""


class NobodyPresent(Refusal):
    code = "import_mixed_nobody"


class NotEverybody(Refusal):
    code = "import_mixed_without_consent"


class HasTracks(Refusal):
    code = "import_has_tracks"


class _Ground(NamedTuple):
    consents: Mapping[UUID, UUID]
    """Person → the ledger row that allows their voice."""
    key: vault.Unwrapped


async def receive(
    context: Context,
    store: Store,
    actor: Actor,
    meeting_id: UUID,
    offset_ms: int,
    body: AsyncIterator[bytes],
) -> list[Tape]:
    """`offset_ms`: when the file's sound begins, after the meeting's beginning. A row for each
    person, which wait for the worker."""
    async with context.database.transaction() as db:
        meeting, recording = await service.get(db, actor, meeting_id)
        ground = await _ground(db, context, meeting, recording)
    path = uploading.path_of(meeting_id, new_id())
    size = await uploading.put(context, store, path, ground.key.key, body)
    try:
        async with context.database.transaction() as db:
            meeting, _ = await service.get(db, actor, meeting_id)
            recording = await service.open_recording(db, meeting)
            if await _ground(db, context, meeting, recording) != ground:
                raise NotEverybody  # somebody withdrew and agreed again meanwhile
            begins_at = meeting.starts_at + timedelta(milliseconds=offset_ms)
            file = uploading.Uploaded(path, size, begins_at)
            tapes = [
                uploading.row(recording, user_id, Source.MIXED, consent_id, ground.key, file)
                for user_id, consent_id in ground.consents.items()
            ]
            db.add_all(tapes)
            await db.flush()
            for tape in tapes:
                await told.track(db, actor, meeting, tape)
            return sorted(tapes, key=lambda tape: tape.id)
    except BaseException:
        await store.delete(path)
        raise


async def present(db: AsyncSession, meeting_id: UUID) -> list[UUID]:
    """Everybody who was there, observers too: their voices may be heard."""
    query = select(Attendance.user_id).where(Attendance.meeting_id == meeting_id)
    return list((await db.exec(query.distinct().order_by(col(Attendance.user_id)))).all())


async def _ground(
    db: AsyncSession, context: Context, meeting: Meeting, recording: Recording | None
) -> _Ground:
    if await service.tracks(db, recording):
        raise HasTracks
    people = await present(db, meeting.id)
    if not people:
        raise NobodyPresent
    granted = ledger.granted(ledger.fold(await consent.chain(db, meeting.group_id)))
    rows = {user: granted.get(user, {}).get(Purpose.AUDIO) for user in people}
    agreed = {user: row.id for user, row in rows.items() if row is not None}
    if len(agreed) < len(people):
        raise NotEverybody
    return _Ground(agreed, await vault.data_key(db, context.keys, meeting.id, None, SCOPE))
