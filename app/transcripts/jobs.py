"""Asking a machine to write a recording down, following it, calling it off. The worker does it."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit.db import now
from app.kit.errors import NotFound, Refusal
from app.kit.permissions import Action
from app.recordings import service as recordings
from app.recordings.models import RecordingState
from app.transcripts import service
from app.transcripts.models import UNDER_WAY, Transcription, TranscriptionState


class NoModel(Refusal):
    """The installation names no folder with a model."""

    code = "transcript_no_model"


class NobodyToWriteDown(Refusal):
    code = "transcript_nobody"


class NotUnderWay(Refusal):
    code = "transcript_not_under_way"


async def get(
    db: AsyncSession, actor: Actor, recording_id: UUID, action: Action = Action.READ_TRANSCRIPT
) -> Transcription:
    """The one door. NotFound where none was asked for."""
    await recordings.get(db, actor, recording_id, action)
    found = await of_recording(db, recording_id)
    if found is None:
        raise NotFound
    return found


async def request(
    db: AsyncSession, actor: Actor, recording_id: UUID, *, has_model: bool
) -> Transcription:
    """Asks for it; where it is under way, that one is returned. Asking again writes anew what no
    human has touched."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.EDIT_TRANSCRIPT)
    found = await of_recording(db, recording_id)
    if found is not None and found.state in UNDER_WAY:
        return found
    if not has_model:
        raise NoModel
    if recording.state != RecordingState.READY:
        raise recordings.NotFinished
    if not await service.grounds(db, recording, meeting):
        raise NobodyToWriteDown
    if found is None:
        found = Transcription(recording_id=recording_id, requested_by=actor.user_id)
        db.add(found)
    else:
        found.attempt += 1
        found.state, found.progress, found.failure = TranscriptionState.WAITING, 0, None
        found.requested_by, found.requested_at = actor.user_id, now()
    await db.flush()
    return found


async def cancel(db: AsyncSession, actor: Actor, recording_id: UUID) -> Transcription:
    """The worker notices after the person whom it is writing down."""
    found = await get(db, actor, recording_id, Action.EDIT_TRANSCRIPT)
    if found.state not in UNDER_WAY:
        raise NotUnderWay
    found.state, found.progress = TranscriptionState.CANCELLED, 0
    return found


async def of_recording(db: AsyncSession, recording_id: UUID) -> Transcription | None:
    query = select(Transcription).where(Transcription.recording_id == recording_id)
    return (await db.exec(query)).one_or_none()


async def under_way(db: AsyncSession) -> list[Transcription]:
    query = select(Transcription).where(col(Transcription.state).in_(UNDER_WAY))
    return list((await db.exec(query.order_by(col(Transcription.requested_at)))).all())
