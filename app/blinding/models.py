"""Who codes which recording. It stands below all that is kept from a coder."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class AssignmentState(StrEnum):
    OPEN = "open"
    """Being coded: nobody but the coder sees the codings."""
    DONE = "done"
    """Closed by the coder: compared, adjudicated, exported; changed no longer."""


class CodingAssignment(SQLModel, table=True):
    """One coder codes one recording with one version of a codebook."""

    __tablename__ = "coding_assignments"
    __table_args__ = (UniqueConstraint("recording_id", "coder_id", "version_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    coder_id: UUID = Field(foreign_key="users.id", index=True)
    version_id: UUID = Field(foreign_key="codebook_versions.id", index=True)
    """The version in hand. When codings are mapped to a newer one, this follows."""
    is_double: bool = False
    """Part of the share that two code, on purpose: the second coder's and the first's alike."""
    draw_id: UUID | None = Field(default=None, foreign_key="coding_draws.id")
    """The draw that made a second coder's assignment. None: made by hand."""
    turn_ids: list[str] | None = Field(default=None, sa_type=JSON)
    """Only these turns are to be coded. None: every turn that is no back-channel."""
    turn_count: int = 0
    """How many turns there were to code when the coder last had them before their eyes."""
    state: AssignmentState = Field(default=AssignmentState.OPEN, sa_type=String, max_length=20)
    created_by: UUID = Field(foreign_key="users.id")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the coder first finished. What was coded since, because the workbench or a mapping
    opened it again, may have been coded by one who had seen what others coded."""

    @property
    def is_reopened(self) -> bool:
        """Finished once, and something of it is to be coded again."""
        return self.state == AssignmentState.OPEN and self.finished_at is not None
