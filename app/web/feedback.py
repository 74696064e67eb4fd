"""The group's own page about how its talk went."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.audit.figures import Of
from app.consent import texts
from app.consent.models import Purpose
from app.feedback import service
from app.feedback.forms import GroupSummary
from app.groups.models import Group
from app.kit.permissions import Action
from app.web.analysis import writing
from app.web.meetings import title_of
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/groups/{group_id}/summary")
async def group_summary(group_id: UUID, visit: Looking) -> HTMLResponse:
    found = await service.of_group(visit.db, visit.actor, group_id)
    await visit.looked("summary", Of(group_id=group_id), Action.SEE_GROUP)
    shown = GroupSummary.of(found)
    titles = [title_of(visit, each.studied.meeting) for each in found.meetings]
    return visit.page(
        "group_summary.html",
        group=found.group,
        found=shown,
        meetings=list(zip(titles, shown.meetings, strict=True)),
        asks=await is_asked(visit, found.group),
        fewest=service.FEWEST,
        **writing(visit),
    )


async def is_asked(visit: Visit, group: Group) -> bool:
    """Whether the text in use asks people for it."""
    text = await texts.current(visit.db, group.programme_id, visit.language)
    return Purpose.FEEDBACK in text.purposes
