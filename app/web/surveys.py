"""The page of a programme's surveys: what was brought in, and bringing in more."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.groups import service as groups
from app.kit.permissions import Action, may
from app.linkage.service import columns
from app.programmes import access
from app.surveys import kept
from app.surveys.models import SurveyMoment
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/programmes/{programme_id}/surveys")
async def surveys(programme_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.READ_ANSWERS)
    roles = await access.roles(db, actor, programme_id)
    found = await kept.of_programme(db, programme_id)
    return visit.page(
        "surveys.html",
        programme=programme,
        surveys=found,
        can_link=bool(columns(found)),
        groups=await groups.of_programme(db, programme_id),
        moments=list(SurveyMoment),
        may_import=may(roles, Action.IMPORT_ANSWERS),
    )
