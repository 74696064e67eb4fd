"""The video of a whole meeting, made in the background for those who may export."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.http import CurrentActor
from app.composites import service
from app.composites.forms import CompositePublic
from app.composites.models import Composite
from app.kit.http import Db

router = APIRouter(prefix="/recordings", tags=["composites"])


@router.post("/{recording_id}/composite", status_code=202, response_model=CompositePublic)
async def request_composite(recording_id: UUID, db: Db, actor: CurrentActor) -> Composite:
    """Everybody in one picture, with names, over the common sound track. Asking twice is asking
    once."""
    return await service.request(db, actor, recording_id)


@router.get("/{recording_id}/composite", response_model=CompositePublic)
async def composite(recording_id: UUID, db: Db, actor: CurrentActor) -> Composite:
    return await service.get(db, actor, recording_id)


@router.delete("/{recording_id}/composite", response_model=CompositePublic)
async def cancel_composite(recording_id: UUID, db: Db, actor: CurrentActor) -> Composite:
    """Calls off what is being made. What is ready stays."""
    return await service.cancel(db, actor, recording_id)
