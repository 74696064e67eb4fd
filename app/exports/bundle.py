"""What goes into an export: every entry with its hash, decided before the first byte is sent.

Only what the consents in force allow is in it, and of what is given on to others, only those who
agreed to that. People stand under their pseudonyms.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports import chat, notes
from app.exports.agreed import Agreed, Contents, together
from app.exports.consents import consents_table
from app.exports.listing import media_of
from app.exports.models import Audience
from app.exports.project import MEDIA
from app.exports.reader import Reader
from app.exports.study import of_turns
from app.kit.context import Context
from app.kit.db import now
from app.kit.keys import Keys
from app.meetings.models import Meeting
from app.recordings import reading
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording, RecordingFile
from app.vault import service as vault

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """One file of the ZIP: either its bytes, or a sealed file of the store and its data key."""

    path: str
    sha256: str
    size: int
    content: bytes | None = None
    sealed: str | None = None
    data_key: bytes | None = None


class Bundle(NamedTuple):
    entries: list[Entry]
    recording_id: UUID | None
    contents: Contents
    """Of the recording: whose data is in the entries, by which consents."""


def made(path: str, content: bytes) -> Entry:
    return Entry(path, hashlib.sha256(content).hexdigest(), len(content), content)


async def of_meeting(
    context: Context,
    db: AsyncSession,
    meeting: Meeting,
    reader: Reader,
    agreed: Agreed,
    folder: str = "",
) -> Bundle:
    """The entries of one meeting, below `folder`; without a recording, consents and manifest."""
    entries = [made(f"{folder}consents.csv", (await consents_table(db, meeting, agreed)).encode())]
    noted = await notes.noted(db, meeting, reader)
    if noted.table is not None:
        entries.append(made(folder + notes.NAME, noted.table))
    manifest = about(agreed) | _of_meeting(meeting, agreed) | {"notes": noted.about}
    recording = await recordings.of_meeting(db, meeting.id)
    contents: Contents = {}
    if recording is not None:
        files = agreed.files(await reading.usable_files(db, recording, meeting))
        files = [file for file in files if file.kind != FileKind.MANIFEST]
        media = [await _media(db, context.keys, meeting, file, folder) for file in files]
        entries += unlike(media)
        named = await media_of(db, meeting, recording, agreed, MEDIA)
        said = await chat.written(db, meeting, recording, reader, agreed)
        if said.table is not None:
            entries.append(made(folder + chat.NAME, said.table))
        beside = [noted.words, said.words]
        own = (meeting, recording, reader, agreed, named, beside)
        studied = await of_turns(context.database, db, *own)
        entries += [made(folder + name, content) for name, content in studied.files]
        seen = agreed.of_files(files)
        contents = together([seen, said.contents, *studied.contents])
        manifest["recording"] = await _described(db, recording, files, agreed)
        manifest["media"] = {"count": len(files)} | agreed.rests_on(
            *{each for held in seen.values() for each in held}
        )
        manifest |= studied.about | {"chat": said.about}
    manifest["purposes"] = agreed.named(contents)
    entries.append(written(manifest, entries, folder))
    return Bundle(entries, recording.id if recording else None, contents)


def about(agreed: Agreed) -> dict[str, Any]:
    """What the manifests of a meeting and of a group begin with."""
    return begun(agreed.audience) | people(agreed)


def begun(audience: Audience) -> dict[str, Any]:
    """What every manifest begins with."""
    return {
        "software": f"emessi {version('emessi')}",
        "exported_at": now().isoformat(),
        "made_for": str(audience),
    }


def people(agreed: Agreed) -> dict[str, Any]:
    return {"left_out": agreed.left_out(), "may_be_quoted": agreed.quotable()}


def written(manifest: dict[str, Any], entries: Sequence[Entry], folder: str = "") -> Entry:
    """The manifest of these entries."""
    files = [
        {"path": e.path.removeprefix(folder), "sha256": e.sha256, "bytes": e.size} for e in entries
    ]
    whole = manifest | {"files": files}
    content = json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True)
    return made(folder + MANIFEST, content.encode())


def _of_meeting(meeting: Meeting, agreed: Agreed) -> dict[str, Any]:
    return {
        "meeting": {
            "id": str(meeting.id),
            "ordinal": meeting.ordinal,
            "kind": str(meeting.kind),
            "starts_at": meeting.starts_at.isoformat(),
        },
        "participants": [
            {"pseudonym": member.pseudonym, "role": str(member.role)}
            for user, member in agreed.people.items()
            if agreed.includes(user)
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
    db: AsyncSession, recording: Recording, files: Sequence[RecordingFile], agreed: Agreed
) -> dict[str, Any]:
    held = {file.id for file in files}
    return {
        "id": str(recording.id),
        "started_at": recording.started_at.isoformat(),
        "duration_ms": recording.duration_ms,
        "tracks": [
            {
                "pseudonym": agreed.pseudonym(track.user_id),
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
