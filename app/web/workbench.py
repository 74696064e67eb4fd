"""The workbench's page: everybody's own sound and waveform, over which turns are corrected."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.blinding import service as blinding
from app.chat import service as chat
from app.chat import told as chat_told
from app.coding import reopening
from app.groups import service as groups
from app.groups.access import roles as roles_in
from app.kit.audit import Deed
from app.kit.permissions import Action, Role, may
from app.meetings.models import Meeting
from app.notes.service import Shown
from app.recordings import auditing, reading, service
from app.recordings.models import FileKind, Recording, RecordingFile, RecordingState
from app.turns import service as turns
from app.turns.edits import NotIndexed
from app.turns.service import TurnRow
from app.web.meetings import title_of
from app.web.notes import notes_of
from app.web.recordings import mix_of, people_of
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/recordings/{recording_id}/workbench")
async def workbench(recording_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    found, meeting = await auditing.opened(
        visit.context.database, db, actor, recording_id, Deed.WATCHED, Action.EDIT_TURNS
    )
    index, spoken = await turns.allowed(db, recording_id, meeting)
    if index is None or found.state != RecordingState.READY:
        raise NotIndexed
    studied = await turns.studied_in(db, index, meeting)
    files = await reading.usable_files(db, found, meeting)
    names = await blinding.names(db, actor.user_id, meeting.group_id, found.id)
    peaks = _peaks(files)
    heard = _heard(await turns.proposed(db, index, meeting))
    length = max([found.duration_ms or 0, *(row.turn.end_ms for row in spoken)])
    voices = {_url(file) for file in files if file.kind == FileKind.PERSON}
    tracks = await service.tracks(db, found.id)
    mix = mix_of(visit, found, files, await service.tapes(db, found.id))
    common = next((_url(f).removeprefix("/api/v1") for f in files if _is_common(f)), None)
    people = [
        {name: person[name] for name in ("id", "name", "hue")}
        | {
            "files": [file for file in person["files"] if file["url"] in voices],
            "peaks": peaks.get(person["id"]),
            "may_speak": UUID(person["id"]) in studied,
            "heard": heard[UUID(person["id"])],
        }
        for person in people_of(
            names.by_user, files, tracks, spoken, length, studied if mix else ()
        )
    ]
    group = await groups.get(db, actor, meeting.group_id)
    roles = await roles_in(db, actor, group)
    return visit.page(
        "workbench.html",
        recording=found,
        title=title_of(visit, meeting),
        group=group,
        index=index,
        names_withheld=names.are_withheld,
        finished=await reopening.finished(db, found.id),
        data={
            "id": str(found.id),
            "me": str(actor.user_id),
            "duration_ms": length,
            "people": people,
            "mix": mix[0] | {"peaks": common, "may_speak": False, "heard": []} if mix else None,
            **_notes((await notes_of(visit, meeting, roles))["notes"], length),
            **await _chat(visit, found, meeting, roles, length),
        },
    )


def _peaks(files: Iterable[RecordingFile]) -> dict[str, str]:
    """Person → where the waveform is."""
    return {
        str(file.user_id): _url(file).removeprefix("/api/v1")
        for file in files
        if file.kind == FileKind.PEAKS
    }


def _is_common(file: RecordingFile) -> bool:
    return file.kind == FileKind.PEAKS and file.user_id is None


def _heard(rows: Iterable[TurnRow]) -> defaultdict[UUID, list[tuple[int, int]]]:
    """Person → where the machine heard them begin and end: what a dragged edge is drawn to."""
    found: defaultdict[UUID, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        found[row.turn.user_id].append((row.turn.start_ms, row.turn.end_ms))
    return found


def _notes(found: Shown, length_ms: int) -> dict[str, Any]:
    """Those that lie on the recording's time line."""
    shown = [
        {
            "id": str(row.note.id),
            "at_ms": row.position_ms,
            "author": row.author,
            "kind": row.note.kind,
            "text": row.note.text,
        }
        for row in found.rows
        if row.position_ms is not None and 0 <= row.position_ms < length_ms
    ]
    return {"notes": shown, "notes_withheld": found.is_withheld}


async def _chat(
    visit: Visit, recording: Recording, meeting: Meeting, roles: frozenset[Role], length_ms: int
) -> dict[str, Any]:
    found = await chat.shown(visit.db, visit.actor.user_id, recording, meeting)
    await chat_told.read(visit.context.database, visit.db, visit.actor, meeting, found)
    shown = [
        {
            "id": str(row.line.id),
            "at_ms": min(row.position_ms, length_ms),
            "author": row.name,
            "user_id": str(row.line.user_id),
            "text": row.line.text,
        }
        for row in found.rows
    ]
    may_remove = may(roles, Action.REMOVE_CHAT)
    return {"chat": shown, "chat_withheld": found.is_withheld, "may_remove_chat": may_remove}


def _url(file: RecordingFile) -> str:
    return f"/api/v1/recordings/{file.recording_id}/files/{file.id}"
