"""Asking for a composite, following it, calling it off. The worker makes it."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.composites.models import UNDER_WAY, Composite, CompositeState
from app.kit.db import now
from app.kit.errors import NotFound, Refusal
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import reading
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording, RecordingState


class NothingToShow(Refusal):
    code = "composite_empty"


class NoPicture(Refusal):
    """A file of everybody's voices: neither a picture nor a sound of anyone's own."""

    code = "composite_no_picture"


class NotUnderWay(Refusal):
    code = "composite_not_under_way"


async def get(db: AsyncSession, actor: Actor, recording_id: UUID) -> Composite:
    """The one door. NotFound where none was asked for, or what was made is gone."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.EXPORT)
    composite = await standing(db, recording, meeting)
    if composite is None:
        raise NotFound
    return composite


async def request(db: AsyncSession, actor: Actor, recording_id: UUID) -> Composite:
    """Asks for it. Where it is being made, or stands, that one is returned."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.EXPORT)
    composite = await standing(db, recording, meeting)
    if composite is not None and composite.state in (*UNDER_WAY, CompositeState.READY):
        return composite
    if recording.state != RecordingState.READY:
        raise recordings.NotFinished
    if recordings.is_mixed(await recordings.tapes(db, recording_id)):
        raise NoPicture
    files = await reading.usable_files(db, recording, meeting)
    if not any(file.kind == FileKind.MIXDOWN for file in files):
        raise NothingToShow
    composite = await of_recording(db, recording_id)
    if composite is None:
        composite = Composite(recording_id=recording_id, requested_by=actor.user_id)
        db.add(composite)
    else:
        composite.attempt += 1
        composite.state, composite.progress, composite.failure = CompositeState.WAITING, 0, None
        composite.requested_by, composite.requested_at = actor.user_id, now()
    await db.flush()
    return composite


async def cancel(db: AsyncSession, actor: Actor, recording_id: UUID) -> Composite:
    """The worker notices within seconds, and throws away what it has."""
    composite = await get(db, actor, recording_id)
    if composite.state not in UNDER_WAY:
        raise NotUnderWay
    composite.state, composite.progress = CompositeState.CANCELLED, 0
    return composite


async def standing(db: AsyncSession, recording: Recording, meeting: Meeting) -> Composite | None:
    """As asked for; None where none was, or where a withdrawal has taken away what was made."""
    composite = await of_recording(db, recording.id)
    if composite is None or composite.state != CompositeState.READY:
        return composite
    files = await reading.usable_files(db, recording, meeting)
    return composite if any(file.kind == FileKind.COMPOSITE for file in files) else None


async def of_recording(db: AsyncSession, recording_id: UUID) -> Composite | None:
    query = select(Composite).where(Composite.recording_id == recording_id)
    return (await db.exec(query)).one_or_none()


async def under_way(db: AsyncSession) -> list[Composite]:
    query = select(Composite).where(col(Composite.state).in_(UNDER_WAY))
    return list((await db.exec(query.order_by(col(Composite.requested_at)))).all())
