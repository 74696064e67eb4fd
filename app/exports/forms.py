"""What the register of exports gives on HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.exports.models import Audience
from app.kit.http import Public


class ExportedPerson(Public):
    user_id: UUID
    recording_id: UUID | None
    """None: answers to surveys, which belong to the group."""
    purposes: list[str]


class ExportPublic(Public):
    id: UUID
    meeting_id: UUID | None
    """None: every meeting of the group."""
    file_name: str
    audience: Audience
    exported_by: UUID
    exported_at: datetime
    manifest_sha256: str
    contents: list[ExportedPerson] = Field(default_factory=list)
