"""The page of a recording: how far its finishing is, then everybody's files over their turns."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.blinding import service as blinding
from app.blinding.service import Names
from app.chat import erasure as chat
from app.composites import service as composites
from app.exports.formats.offered import Format, described
from app.groups import access
from app.groups import service as groups
from app.kit.audit import Deed
from app.kit.db import now
from app.kit.permissions import Action, may
from app.meetings.models import Meeting
from app.recordings import absence, auditing, reading, service
from app.recordings.models import (
    NAMING,
    FileKind,
    Recording,
    RecordingFile,
    RecordingState,
    Source,
    Tape,
    Track,
)
from app.recordings.previews import earlier_step, sheet_of
from app.retention import service as retention
from app.retention.models import LegalHold
from app.turns import service as turns
from app.web import completeness, transcripts
from app.web.meetings import title_of
from app.web.notes import notes_of
from app.web.quality import HEADS, connections
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)

HUES = 12
PLAYED = frozenset({FileKind.PERSON, FileKind.SCREEN})


@router.get("/recordings/{recording_id}")
async def recording(recording_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor, database = visit.db, visit.actor, visit.context.database
    found, meeting = await auditing.opened(database, db, actor, recording_id, Deed.WATCHED)
    group = await groups.get(db, actor, meeting.group_id)
    roles = await access.roles(db, actor, group)
    called = await blinding.names(db, actor.user_id, group.id)
    names, files = called.by_user, await _files(visit, found, meeting, called)
    index, spoken = await turns.of_recording(db, actor, recording_id)
    ready = found.state == RecordingState.READY
    tracks, length_ms = await service.tracks(db, found.id), found.duration_ms or 0
    people = people_of(names, files, tracks, spoken, length_ms)
    people += mix_of(visit, found, files, tapes := await service.tapes(db, found.id))
    words = await transcripts.of_recording(visit, found, meeting)
    members = [{"id": str(id_), "name": name} for id_, name in names.items()]
    return visit.page(
        "recording.html",
        recording=found,
        meeting=meeting,
        title=title_of(visit, meeting),
        group=group,
        names=names,
        names_withheld=called.are_withheld,
        files=files if ready else [],
        formats={form: described(form, visit.text) for form in Format},
        may_export=may(roles, Action.EXPORT),
        may_edit_turns=may(roles, Action.EDIT_TURNS),
        is_indexed=index is not None,
        is_mixed=service.is_mixed(tapes),
        composite=await composites.standing(db, found, meeting),
        composite_file=next((file for file in files if file.kind == FileKind.COMPOSITE), None),
        now=now(),
        connections=await connections(visit, meeting, roles),
        connection_heads=HEADS,
        absent=await absence.absent(db, found, meeting),
        missing=completeness.lines(visit, found, {str(id_): name for id_, name in names.items()}),
        short_s=completeness.short_s(visit, tracks),
        data={
            "id": str(found.id),
            "state": found.state,
            "duration_ms": length_ms if ready else 0,
            "people": people,
            "members": members,
            "speakers": [one for one in members if UUID(one["id"]) in words["writable"]],
        },
        may_import=may(roles, Action.IMPORT_RECORDING),
        hues={UUID(one["id"]): one["hue"] for one in people if one["id"]},
        **words,
        **await _kept_until(visit, found),
        **await notes_of(visit, meeting, roles),
    )


async def _kept_until(visit: Visit, recording: Recording) -> dict[str, Any]:
    """When it is erased, or what holds it, and when the first of its chat goes."""
    deadline = await retention.of_recording(visit.db, recording.id)
    held_by = deadline.hold_id if deadline else None
    written = await chat.parts_of(visit.db, recording.id)
    return {
        "deadline": deadline,
        "hold": await visit.db.get(LegalHold, held_by) if held_by else None,
        "chat_ends_at": min((part.ends_at for part in written), default=None),
    }


async def _files(
    visit: Visit, recording: Recording, meeting: Meeting, called: Names
) -> list[RecordingFile]:
    withheld = NAMING if called.are_withheld else frozenset()
    usable = await reading.usable_files(visit.db, recording, meeting)
    return [file for file in usable if file.kind not in withheld]


def mix_of(
    visit: Visit, recording: Recording, files: Sequence[RecordingFile], tapes: Iterable[Tape]
) -> list[dict[str, Any]]:
    """In place of somebody's own sound: the common one, where everybody came in one file; else
    nothing. It has no id, since it is nobody."""
    if not service.is_mixed(tapes):
        return []
    found = next((file for file in files if file.kind == FileKind.MIXDOWN), None)
    if found is None:
        return []
    file = {
        "url": f"/api/v1/recordings/{recording.id}/files/{found.id}",
        "start_ms": 0,
        "duration_ms": recording.duration_ms or 0,
        "has_picture": False,
    }
    about = {"id": "", "name": visit.text("recording.file_mixdown"), "hue": HUES, "share": 0}
    return [about | {"preview": None, "files": [file], "turns": []}]


def people_of(
    names: Mapping[UUID, str],
    files: Sequence[RecordingFile],
    tracks: Iterable[Track],
    spoken: Sequence[turns.TurnRow],
    length_ms: int,
    also: Collection[UUID] = (),
) -> list[dict[str, Any]]:
    """Everyone who is heard, seen or indexed, and `also` these, in a fixed order, so that colours
    keep."""
    spans = {file.id: [t for t in tracks if t.file_id == file.id] for file in files}
    present = {f.user_id for f in files if f.kind in PLAYED} | {row.turn.user_id for row in spoken}
    present |= set(also)
    floor = sum(_length(row) for row in spoken if row.is_counted)
    people = []
    for place, user_id in enumerate(each for each in names if each in present):
        own = [row for row in spoken if row.turn.user_id == user_id]
        held = sum(_length(row) for row in own if row.is_counted)
        played = [f for f in files if f.user_id == user_id and f.kind in PLAYED and spans[f.id]]
        people.append(
            {
                "id": str(user_id),
                "name": names[user_id],
                "hue": place % HUES + 1,
                "share": round(100 * held / floor) if floor else 0,
                "preview": _preview(files, user_id, length_ms),
                "files": [_played(file, spans[file.id]) for file in played],
                "turns": [
                    row.turn.model_dump(include={"start_ms", "end_ms", "is_backchannel"})
                    for row in own
                ],
            }
        )
    return people


def _preview(
    files: Sequence[RecordingFile], user_id: UUID, length_ms: int
) -> dict[str, Any] | None:
    for file in files:
        if file.kind == FileKind.PREVIEW and file.user_id == user_id:
            url = f"/api/v1/recordings/{file.recording_id}/files/{file.id}"
            step_ms = file.step_ms or earlier_step(length_ms)
            return {"url": url, **asdict(sheet_of(length_ms, step_ms))}
    return None


def _length(row: turns.TurnRow) -> int:
    return row.turn.end_ms - row.turn.start_ms


def _played(file: RecordingFile, tracks: Sequence[Track]) -> dict[str, Any]:
    start = min(track.details.get("file_start_ms", track.start_ms) for track in tracks)
    return {
        "url": f"/api/v1/recordings/{file.recording_id}/files/{file.id}",
        "start_ms": start,
        "duration_ms": max(track.start_ms + track.duration_ms for track in tracks) - start,
        "has_picture": any(track.source != Source.MICROPHONE for track in tracks),
    }
