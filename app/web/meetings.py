"""The meeting's page: lobby and room in one, made by the browser's modules."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.blinding import service as blinding
from app.groups import access
from app.groups import service as groups
from app.kit.permissions import Action, may
from app.meetings import service
from app.meetings.models import Meeting, MeetingState
from app.web.consents import own_consents
from app.web.notes import notes_of
from app.web.quality import HEADS, connections
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)


def title_of(visit: Visit, meeting: Meeting) -> str:
    return meeting.title or visit.text(f"meeting.{meeting.kind}_number", number=meeting.ordinal)


@router.get("/meetings/{meeting_id}")
async def meeting(meeting_id: UUID, visit: Looking) -> HTMLResponse:
    found = await service.get(visit.db, visit.actor, meeting_id, Action.JOIN_MEETING)
    group = await groups.get(visit.db, visit.actor, found.group_id)
    roles = await access.roles(visit.db, visit.actor, group)
    if found.state in (MeetingState.ENDED, MeetingState.CANCELLED):
        return visit.page(
            "meeting_over.html",
            meeting=found,
            group=group,
            connections=await connections(visit, found, roles),
            names_withheld=await blinding.codes_in(visit.db, visit.actor.user_id, group.id),
            connection_heads=HEADS,
            **await notes_of(visit, found, roles),
        )
    decides = may(roles, Action.DECIDE_OWN_CONSENT)
    own = await own_consents(visit, group) if decides else None
    data = _data(visit, found, group, own, writes_notes=may(roles, Action.WRITE_NOTES))
    return visit.page("meeting.html", data=data, own=own)


def _data(
    visit: Visit, meeting: Meeting, group: Any, own: Any, *, writes_notes: bool
) -> dict[str, Any]:
    """What the room's modules must know before they ask anything."""
    assert visit.user is not None
    nothing = {
        "text_version": 0,
        "purposes": [],
        "decisions": {},
        "kept": [],
        "asked_again": False,
        "undecided": [],
    }
    return {
        "language": visit.language,
        "meeting": {
            "id": str(meeting.id),
            "title": title_of(visit, meeting),
            "starts_at": meeting.starts_at.isoformat(),
        },
        "group": {"id": str(group.id), "name": group.name},
        "me": {"id": str(visit.user.id), "name": visit.user.name},
        "writes_notes": writes_notes,
        "consent": own["data"] if own else nothing,
    }
