"""Data keys: what each is for, and whether it still is. The keys themselves lie elsewhere, wrapped
by the installation's key (`app.kit.key_folder`). Destroying one erases every copy it sealed."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class DataKey(SQLModel, table=True):
    """The key of one person's media in one meeting, for one kind; or of what a meeting shares."""

    __tablename__ = "data_keys"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True)
    """None: the key of what the meeting has in common (mix-down, manifest)."""
    scope: str = Field(max_length=20)
    """`audio` or `video` for tapes, by the consent they rest on, `mixed` for one of everybody,
    `kept` for what was cut off where a withdrawal kept what came before; the kind of file for what
    is made of them; `heard` for what a run writes down on its way."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    destroyed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
