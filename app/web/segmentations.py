"""The page on which the machine's turns, and a second person's, are laid beside those accepted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.agreement import pooling, rows, segmentations
from app.agreement.bootstrap import DRAWN, FEWEST
from app.agreement.boundaries import TOLERANCE_MS
from app.agreement.forms import PooledRow
from app.audit.figures import Of
from app.kit.permissions import Action
from app.programmes import access
from app.web.analysis import writing
from app.web.coding import place_of
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/programmes/{programme_id}/segmentations")
async def second_segmentation(
    programme_id: UUID, visit: Looking, recording: Annotated[UUID | None, Query()] = None
) -> HTMLResponse:
    """Of a single recording nobody's turns are on it: what is compared there is asked of the API,
    which logs that."""
    programme = await access.require(visit.db, visit.actor, programme_id, Action.READ_TURNS)
    recordings = await segmentations.comparable(visit.db, programme_id)
    return visit.page(
        "segmentations.html",
        programme=programme,
        recordings=recordings,
        pooled=await _pooled(visit, programme_id) if recordings else None,
        chosen=recording,
        place=lambda meeting: place_of(visit, meeting),
        tolerance=TOLERANCE_MS,
        fewest=FEWEST,
        drawn=DRAWN,
        **writing(visit),
    )


async def _pooled(visit: Visit, programme_id: UUID) -> PooledRow | None:
    await visit.looked("agreement", Of(programme_id=programme_id))
    try:
        return rows.pooled(await pooling.of_programme(visit.db, programme_id))
    except segmentations.NothingAccepted:
        return None
