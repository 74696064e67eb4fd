"""What goes into an export: every entry with its hash, decided before the first byte is sent.

Only what the consents in force allow is in it. People stand under their pseudonyms.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports import chat, notes
from app.exports.consents import consents_table
from app.exports.listing import media_of
from app.exports.project import MEDIA
from app.exports.reader import Reader
from app.exports.study import of_turns
from app.groups import service as groups
from app.groups.models import Membership
from app.kit.db import now
from app.kit.keys import Keys
from app.meetings.models import Meeting
from app.recordings import reading
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording, RecordingFile
from app.vault import service as vault


@dataclass(frozen=True)
class Entry:
    """One file of the ZIP: either its bytes, or a sealed file of the store and its data key."""

    path: str
    sha256: str
    size: int
    content: bytes | None = None
    sealed: str | None = None
    data_key: bytes | None = None


def made(path: str, content: bytes) -> Entry:
    return Entry(path, hashlib.sha256(content).hexdigest(), len(content), content)


async def of_meeting(
    db: AsyncSession, keys: Keys, meeting: Meeting, reader: Reader, folder: str = ""
) -> list[Entry]:
    """The entries of one meeting, below `folder`; without a recording, consents and manifest."""
    people = {u.id: m for m, u in await groups.members(db, meeting.group_id, former=True)}
    pseudonyms = {user: member.pseudonym for user, member in people.items()}
    entries = [made(f"{folder}consents.csv", (await consents_table(db, meeting)).encode())]
    noted = await notes.noted(db, meeting, reader)
    if noted.table is not None:
        entries.append(made(folder + notes.NAME, noted.table))
    manifest = _about(meeting, list(people.values())) | {"notes": noted.about}
    recording = await recordings.of_meeting(db, meeting.id)
    if recording is not None:
        files = await reading.usable_files(db, recording, meeting)
        files = [file for file in files if file.kind != FileKind.MANIFEST]
        media = [await _media(db, keys, meeting, file, folder) for file in files]
        entries += unlike(media)
        named = await media_of(db, meeting, recording, MEDIA)
        said = await chat.written(db, meeting, recording, reader)
        if said.table is not None:
            entries.append(made(folder + chat.NAME, said.table))
        manifest["chat"] = said.about
        beside = [noted.words, said.words]
        studied, about = await of_turns(db, meeting, recording, reader, named, beside)
        entries += [made(folder + name, content) for name, content in studied]
        manifest["recording"] = await _described(db, recording, files, pseudonyms)
        manifest |= about
    manifest["files"] = [
        {"path": e.path.removeprefix(folder), "sha256": e.sha256, "bytes": e.size} for e in entries
    ]
    written = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
    return [*entries, made(f"{folder}manifest.json", written.encode())]


def _about(meeting: Meeting, people: Sequence[Membership]) -> dict[str, Any]:
    return {
        "software": f"emessi {version('emessi')}",
        "exported_at": now().isoformat(),
        "meeting": {
            "id": str(meeting.id),
            "ordinal": meeting.ordinal,
            "kind": str(meeting.kind),
            "starts_at": meeting.starts_at.isoformat(),
        },
        "participants": [
            {"pseudonym": member.pseudonym, "role": str(member.role)} for member in people
        ],
        "recording": None,
    }


def unlike(entries: Sequence[Entry]) -> list[Entry]:
    """Two files of one person and kind (whose device sent another codec later) get two names."""
    taken: dict[str, int] = {}
    told = []
    for entry in entries:
        taken[entry.path] = number = taken.get(entry.path, 0) + 1
        stem, _, ending = entry.path.rpartition(".")
        path = entry.path if number == 1 else f"{stem}-{number}.{ending}"
        told.append(replace(entry, path=path))
    return told


SUMS = "SHA256SUMS"
"""Names every other file with its hash."""


def with_sums(entries: Sequence[Entry]) -> list[Entry]:
    """Adds SHA256SUMS, as `sha256sum --check` reads it."""
    lines = [f"{entry.sha256}  {entry.path}\n" for entry in entries]
    return [*entries, made(SUMS, "".join(lines).encode())]


async def _media(
    db: AsyncSession, keys: Keys, meeting: Meeting, file: RecordingFile, folder: str
) -> Entry:
    name = await reading.file_name(db, meeting, file)
    return Entry(
        path=f"{folder}{MEDIA}{name}",
        sha256=file.sha256,
        size=file.size,
        sealed=file.path,
        data_key=await vault.unwrap(db, keys, file.data_key_id),
    )


async def _described(
    db: AsyncSession,
    recording: Recording,
    files: Sequence[RecordingFile],
    pseudonyms: dict[UUID, str],
) -> dict[str, Any]:
    held = {file.id for file in files}
    return {
        "id": str(recording.id),
        "started_at": recording.started_at.isoformat(),
        "duration_ms": recording.duration_ms,
        "tracks": [
            {
                "pseudonym": pseudonyms.get(track.user_id, "unknown"),
                "source": str(track.source),
                "codec": track.codec,
                "start_ms": track.start_ms,
                "duration_ms": track.duration_ms,
            }
            | track.details
            for track in await recordings.tracks(db, recording.id)
            if track.file_id in held
        ],
    }
