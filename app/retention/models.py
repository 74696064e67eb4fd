"""What must not be erased yet."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class LegalHold(SQLModel, table=True):
    """Stops the clock of a recording, of a group's, or of all of a programme, until it is lifted.

    It stops retention and nothing else: a person who withdraws is erased all the same.
    """

    __tablename__ = "legal_holds"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programmes.id", index=True)
    group_id: UUID | None = Field(default=None, foreign_key="groups.id")
    """Set: it holds this group's recordings only."""
    recording_id: UUID | None = Field(default=None, foreign_key="recordings.id")
    """Set: it holds this recording only."""
    reason: str = Field(max_length=500)
    set_by: UUID = Field(foreign_key="users.id")
    set_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    lifted_by: UUID | None = Field(default=None, foreign_key="users.id")
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
