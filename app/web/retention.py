"""The page of a programme's retention: what goes when, what another period would do, holds."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.erasures import besides
from app.groups.models import Group
from app.kit.db import now
from app.kit.permissions import Action, may
from app.meetings.models import Meeting
from app.programmes import access
from app.programmes.models import Programme
from app.retention import holds, service
from app.retention.periods import Deadline
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)
Days = Annotated[int | None, Query(ge=1, le=36_500)]
WarningDays = Annotated[int | None, Query(ge=1, le=365)]


@router.get("/programmes/{programme_id}/retention")
async def retention(
    programme_id: UUID, visit: Looking, days: Days = None, warning: WarningDays = None
) -> HTMLResponse:
    """With `days`, what that period would do stands on the page before it can be confirmed."""
    db, actor = visit.db, visit.actor
    listed = await service.of_programme(db, actor, programme_id)
    programme = await db.get_one(Programme, programme_id)
    roles = await access.roles(db, actor, programme_id)
    manages = may(roles, Action.MANAGE_RETENTION)
    foreseen = None
    if manages and days is not None:
        foreseen = await service.consequences(db, actor, programme_id, days)
    held = await holds.in_force(db, programme_id)
    setters = await accounts.named(db, [hold.set_by for hold in held])
    groups = (await db.exec(select(Group).where(Group.programme_id == programme_id))).all()
    return visit.page(
        "retention.html",
        programme=programme,
        listed=listed,
        shown=await described(db, listed),
        may_manage=manages,
        may_play=may(roles, Action.PLAY_RECORDING),
        foreseen=foreseen,
        days=days or programme.retention_days,
        warning=warning or programme.warning_days,
        besides=await besides.near(db, now(), programme),
        holds=held,
        setters=setters,
        groups={group.id: group for group in sorted(groups, key=lambda each: each.name)},
        now=now(),
    )


async def near(db: AsyncSession, programme_id: UUID) -> dict[str, Any]:
    """For the programme's own page: what is to be warned of, and how many are held."""
    moment = now()
    listed = [d for d in await service.deadlines(db, programme_id) if d.is_near(moment)]
    soon = [each for each in listed if each.hold_id is None]
    return {
        "soon": soon,
        "shown": await described(db, soon),
        "held": len(await holds.in_force(db, programme_id)),
        "now": moment,
    }


async def described(
    db: AsyncSession, listed: Iterable[Deadline]
) -> dict[UUID, tuple[Meeting, Group]]:
    """Recording → its meeting and group."""
    deadlines = list(listed)
    query = select(Meeting, Group).where(
        Meeting.group_id == Group.id, col(Meeting.id).in_({each.meeting_id for each in deadlines})
    )
    found = {meeting.id: (meeting, group) for meeting, group in (await db.exec(query)).all()}
    return {each.recording_id: found[each.meeting_id] for each in deadlines}
