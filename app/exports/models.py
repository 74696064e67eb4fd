"""What went out: each export, and whose data was in it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class ExportRecord(SQLModel, table=True):
    """One ZIP that was asked for, written down before its first byte was sent."""

    __tablename__ = "export_records"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    group_id: UUID = Field(foreign_key="groups.id", index=True)
    meeting_id: UUID | None = Field(default=None, foreign_key="meetings.id")
    """None: every meeting of the group."""
    exported_by: UUID = Field(foreign_key="users.id")
    exported_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    manifest_sha256: str = Field(max_length=64)
    """Of SHA256SUMS, which names every file with its hash, manifests included: hex."""


class ExportContent(SQLModel, table=True):
    """What an export held of one person from one recording: media, or turns."""

    __tablename__ = "export_contents"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    record_id: UUID = Field(foreign_key="export_records.id", index=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    purposes: list[str] = Field(default_factory=list, sa_type=JSON)
    """The consents that allowed it, then."""
