"""The page on which another person's segmentation is laid beside the turns accepted here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.agreement import segmentations
from app.agreement.boundaries import TOLERANCE_MS
from app.kit.permissions import Action
from app.programmes import access
from app.web.analysis import writing
from app.web.coding import place_of
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/programmes/{programme_id}/segmentations")
async def second_segmentation(
    programme_id: UUID, visit: Looking, recording: Annotated[UUID | None, Query()] = None
) -> HTMLResponse:
    """Nobody's turns are on it: what is compared is asked of the API, which logs that."""
    programme = await access.require(visit.db, visit.actor, programme_id, Action.READ_TURNS)
    return visit.page(
        "segmentations.html",
        programme=programme,
        recordings=await segmentations.comparable(visit.db, programme_id),
        chosen=recording,
        place=lambda meeting: place_of(visit, meeting),
        tolerance=TOLERANCE_MS,
        **writing(visit),
    )
