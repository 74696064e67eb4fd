"""Recordings: how far they are, what is in them, and the files themselves."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlmodel import col, select

from app.accounts.http import CurrentActor
from app.groups import access
from app.kit.audit import Deed
from app.kit.http import Ctx, Db, Page, Paging
from app.kit.paging import page
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import absence, auditing, reading, service
from app.recordings.forms import FilePublic, RecordingPublic, RecordingStatus, TrackPublic
from app.recordings.models import Recording
from media.store import Store

router = APIRouter(prefix="/recordings", tags=["recordings"])


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


MediaStore = Annotated[Store, Depends(_store)]


@router.get("")
async def recordings(
    group_id: UUID, db: Db, actor: CurrentActor, window: Paging
) -> Page[RecordingStatus]:
    """The recordings of a group's meetings."""
    await access.require(db, actor, group_id, Action.SEE_RECORDING_STATUS)
    query = (
        select(Recording)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(Meeting.group_id == group_id)
    )
    return await page(db, query, Recording.id, window, RecordingStatus)


@router.get("/{recording_id}/status", response_model=RecordingStatus)
async def status(recording_id: UUID, db: Db, actor: CurrentActor) -> Recording:
    recording, _ = await service.get(db, actor, recording_id, Action.SEE_RECORDING_STATUS)
    return recording


@router.post("/{recording_id}/retry", status_code=202, response_model=RecordingStatus)
async def retry(recording_id: UUID, db: Db, actor: CurrentActor) -> Recording:
    """Finish anew what could not be finished. The tapes are as they were."""
    return await service.try_again(db, actor, recording_id)


@router.post("/{recording_id}/do-without", status_code=202, response_model=RecordingStatus)
async def do_without(recording_id: UUID, db: Db, actor: CurrentActor) -> Recording:
    """Finish without the tapes on nodes that have been silent for ten minutes and more. Those that
    come back all the same hand theirs over, and the recording is finished anew."""
    return await absence.do_without(db, actor, recording_id)


@router.get("/{recording_id}")
async def recording(
    recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> RecordingPublic:
    deed = Deed.WATCHED
    found, meeting = await auditing.opened(context.database, db, actor, recording_id, deed)
    files = await reading.usable_files(db, found, meeting)
    held = {file.id for file in files}
    return RecordingPublic(
        **RecordingStatus.model_validate(found).model_dump(),
        files=[FilePublic.model_validate(file) for file in files],
        tracks=[
            TrackPublic.model_validate(track)
            for track in await service.tracks(db, found.id)
            if track.file_id in held
        ],
    )
