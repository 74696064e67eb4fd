"""The transcript on a recording's page, and the page that searches a programme's."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.kit.audit import Deed
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.programmes import access
from app.recordings.models import Recording
from app.transcripts import jobs, searching, service, told
from app.web.meetings import title_of
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)

Words = Annotated[str, Query(max_length=200)]


@router.get("/programmes/{programme_id}/transcripts")
async def search(programme_id: UUID, visit: Looking, words: Words = "") -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.READ_TRANSCRIPT)
    found = await searching.search(db, actor, programme_id, words)
    if words.strip():
        await told.searched(visit.context.database, db, actor, programme_id)
    return visit.page(
        "transcript_search.html",
        programme=programme,
        words=words.strip(),
        found=found,
        titles={hit.meeting.id: title_of(visit, hit.meeting) for hit in found.hits},
        clock=clock,
    )


async def of_recording(visit: Visit, recording: Recording, meeting: Meeting) -> dict[str, Any]:
    """What the page of a recording says of its words; who looks was asked at its door."""
    lines = await service.allowed(visit.db, recording.id, meeting)
    if lines:
        database, deed = visit.context.database, Deed.READ_TRANSCRIPT
        await told.opened(database, visit.db, visit.actor, recording.id, deed)
    return {
        "lines": lines,
        "writable": await service.grounds(visit.db, recording, meeting),
        "transcription": await jobs.of_recording(visit.db, recording.id),
        "has_model": visit.context.settings.transcribe.model is not None,
        "clock": clock,
    }


def clock(ms: int) -> str:
    """As the player writes it: 04:07, 1:02:07."""
    seconds = max(ms, 0) // 1000
    rest = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{seconds // 3600}:{rest}" if seconds >= 3600 else rest
