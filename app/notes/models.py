"""Observation notes (havainto): what somebody noted down of a meeting while it went on."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String, Text
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id

LONGEST_NOTE = 2_000


class NoteKind(StrEnum):
    OBSERVATION = "observation"
    """Of how the group works."""
    TECHNICAL = "technical"
    """Of technical support: who needed help, what did not work."""


class ObservationNote(SQLModel, table=True):
    """One note. It rests on nobody's consent and names nobody by id but its author, so what it says
    of others cannot be found by software."""

    __tablename__ = "observation_notes"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    """Chosen by the browser that wrote it, so that sending it again writes it once."""
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    author_id: UUID = Field(foreign_key="users.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    """When its author began to write it, by the server's clock."""
    kind: NoteKind = Field(default=NoteKind.OBSERVATION, sa_type=String, max_length=20)
    text: str = Field(sa_type=Text)
    version: int = 1
    written_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    """When it reached the server."""
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
