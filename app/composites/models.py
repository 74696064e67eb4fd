"""A recording's composite: everybody in one picture, made on request."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class CompositeState(StrEnum):
    WAITING = "waiting"
    """Asked for, and not begun."""
    RENDERING = "rendering"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (CompositeState.WAITING, CompositeState.RENDERING)


class Composite(SQLModel, table=True):
    """At most one per recording. What it made is a file of the recording, as the others are."""

    __tablename__ = "composites"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", unique=True)
    state: CompositeState = Field(
        default=CompositeState.WAITING, sa_type=String, max_length=20, index=True
    )
    attempt: int = 1
    """Counts the requests: each is made by a workflow of its own."""
    progress: int = 0
    """Per cent."""
    failure: str | None = Field(default=None, max_length=100)
    """A code with a translation, when the state is `failed`."""
    requested_by: UUID = Field(foreign_key="users.id")
    requested_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
