"""What the register of exports gives on HTTP."""

from datetime import datetime
from uuid import UUID

from app.exports.register import Registered
from app.kit.http import Public


class ExportedPerson(Public):
    user_id: UUID
    recording_id: UUID
    purposes: list[str]


class ExportPublic(Public):
    id: UUID
    meeting_id: UUID | None
    """None: every meeting of the group."""
    exported_by: UUID
    exported_at: datetime
    manifest_sha256: str
    contents: list[ExportedPerson]


def described(registered: Registered) -> ExportPublic:
    record, contents = registered
    return ExportPublic(
        id=record.id,
        meeting_id=record.meeting_id,
        exported_by=record.exported_by,
        exported_at=record.exported_at,
        manifest_sha256=record.manifest_sha256,
        contents=[ExportedPerson.model_validate(content) for content in contents],
    )
