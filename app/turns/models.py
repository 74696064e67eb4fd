"""Speaking turns (puheenvuorot), with the rules that made them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class TurnIndex(SQLModel, table=True):
    """One run of the detection over one recording; the newest is the one in use."""

    __tablename__ = "turn_indexes"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    version: str = Field(max_length=60)
    """Name and version of the detector."""
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Turn(SQLModel, table=True):
    """One person's continuous holding of the floor; ms after the recording's start."""

    __tablename__ = "turns"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    index_id: UUID = Field(foreign_key="turn_indexes.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    start_ms: int
    end_ms: int
    is_backchannel: bool = False
