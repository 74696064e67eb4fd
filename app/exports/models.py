"""What went out: each export, and whose data was in it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, String
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class Audience(StrEnum):
    """For whom an export is made."""

    RESEARCH = "research"
    """The programme's own team."""
    SHARING = "sharing"
    """Other researchers, to whom it is given on: only of those who agreed to that."""


class ExportRecord(SQLModel, table=True):
    """One file that was asked for, written down before its first byte was sent."""

    __tablename__ = "export_records"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    group_id: UUID = Field(foreign_key="groups.id", index=True)
    meeting_id: UUID | None = Field(default=None, foreign_key="meetings.id")
    """None: every meeting of the group."""
    file_name: str = Field(default="", max_length=100, sa_column_kwargs={"server_default": ""})
    """Empty: a ZIP from before names were kept."""
    audience: Audience = Field(
        default=Audience.RESEARCH,
        sa_type=String,
        max_length=20,
        sa_column_kwargs={"server_default": Audience.RESEARCH},
    )
    exported_by: UUID = Field(foreign_key="users.id")
    exported_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    manifest_sha256: str = Field(max_length=64)
    """Of a ZIP's SHA256SUMS, which names every file with its hash, manifests included; of anything
    else, of the file: hex."""


class ExportContent(SQLModel, table=True):
    """What an export held of one person: of one recording, or answers to surveys."""

    __tablename__ = "export_contents"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    record_id: UUID = Field(foreign_key="export_records.id", index=True)
    recording_id: UUID | None = Field(default=None, foreign_key="recordings.id", index=True)
    """None: what belongs to no recording, but to the group."""
    user_id: UUID = Field(foreign_key="users.id", index=True)
    purposes: list[str] = Field(default_factory=list, sa_type=JSON)
    """The consents that allowed it, then."""
