"""The pages by which a meeting recorded elsewhere is brought in."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.blinding import service as blinding
from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Purpose
from app.groups import access
from app.groups import service as groups
from app.imports import mixed, service
from app.kit.permissions import Action
from app.recordings.models import Source
from app.web.meetings import title_of
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)

PURPOSES = (Purpose.AUDIO, Purpose.INDEXING, Purpose.TRANSCRIPT, Purpose.QUOTATION, Purpose.SHARING)
"""No pictures are brought in, so nobody is asked for any."""


@router.get("/groups/{group_id}/import")
async def enter(group_id: UUID, visit: Looking) -> HTMLResponse:
    group = await access.require(visit.db, visit.actor, group_id, Action.IMPORT_RECORDING)
    members = await groups.members(visit.db, group_id, former=True)
    return visit.page("import_meeting.html", group=group, members=members)


@router.get("/meetings/{meeting_id}/import")
async def tracks(meeting_id: UUID, visit: Looking) -> HTMLResponse:
    db = visit.db
    meeting, recording = await service.get(db, visit.actor, meeting_id)
    group = await groups.get(db, visit.actor, meeting.group_id)
    members = await groups.members(db, group.id, former=True)
    names = await blinding.names(db, visit.actor.user_id, group.id)
    decided = ledger.fold(await consent.chain(db, group.id))
    present = await mixed.present(db, meeting.id)
    granted = ledger.granted(decided)
    tapes = await service.tracks(db, recording)
    return visit.page(
        "import_tracks.html",
        meeting=meeting,
        title=title_of(visit, meeting),
        group=group,
        recording=recording,
        members=members,
        names=names.by_user,
        decided=decided,
        present=present,
        not_agreed=[
            names.by_user[user.id]
            for _, user in members
            if user.id in present and Purpose.AUDIO not in granted.get(user.id, {})
        ],
        tracks={tape.user_id: tape for tape in tapes if tape.source != Source.MIXED},
        mixed=next((tape for tape in tapes if tape.source == Source.MIXED), None),
        purposes=PURPOSES,
    )
