"""Which files of a recording may be used now, and under what names they are handed out."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.groups import service as groups
from app.kit.errors import NotFound
from app.meetings import naming
from app.meetings.models import Meeting
from app.recordings import consents, service
from app.recordings.models import FileKind, Recording, RecordingFile

ENDINGS = {
    "video/webm": "webm",
    "audio/webm": "webm",
    "video/mp4": "mp4",
    "application/json": "json",
    "image/jpeg": "jpg",
}


async def usable_files(
    db: AsyncSession, recording: Recording, meeting: Meeting
) -> list[RecordingFile]:
    standing = await consent.standing(db, [meeting.group_id])
    files = await service.files(db, recording.id)
    return consents.usable(files, standing)


async def usable_file(
    db: AsyncSession, recording: Recording, meeting: Meeting, file_id: UUID
) -> RecordingFile:
    """Raises NotFound for a file that is gone, and for one that no consent allows any longer."""
    for file in await usable_files(db, recording, meeting):
        if file.id == file_id:
            return file
    raise NotFound


async def file_name(db: AsyncSession, meeting: Meeting, file: RecordingFile) -> str:
    """By pseudonym, never by name: `5d3fa2b1-mentoring-3-J2.webm`, `…-3-mixdown.webm`."""
    parts = [naming.file_name(meeting.group_id, meeting.kind, meeting.ordinal)]
    if file.user_id is not None:
        people = {u.id: m for m, u in await groups.members(db, meeting.group_id, former=True)}
        parts.append(people[file.user_id].pseudonym if file.user_id in people else "unknown")
    if file.kind != FileKind.PERSON:
        parts.append(str(file.kind))
    return "-".join(parts) + "." + ENDINGS.get(file.media_type.partition(";")[0], "bin")
