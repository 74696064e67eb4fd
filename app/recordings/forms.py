"""What recordings give on HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import computed_field

from app.kit.http import Public
from app.recordings.models import FileKind, RecordingState, Source


class FilePublic(Public):
    id: UUID
    recording_id: UUID
    kind: FileKind
    user_id: UUID | None
    media_type: str
    size: int
    sha256: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def url(self) -> str:
        return f"/api/v1/recordings/{self.recording_id}/files/{self.id}"


class TrackPublic(Public):
    id: UUID
    user_id: UUID
    source: Source
    file_id: UUID
    codec: str
    start_ms: int
    duration_ms: int
    details: dict[str, Any]


class RecordingStatus(Public):
    """How far it is: no word of what is in it."""

    id: UUID
    meeting_id: UUID
    state: RecordingState
    started_at: datetime
    stopped_at: datetime | None
    duration_ms: int | None
    progress: int
    failure: str | None


class RecordingPublic(RecordingStatus):
    """With the files and tracks that the consents in force allow."""

    files: list[FilePublic]
    tracks: list[TrackPublic]
