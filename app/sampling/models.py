"""The decision which recordings are indexed, with everything needed to repeat it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, String
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class Method(StrEnum):
    RANDOM = "random"
    STRATIFIED = "stratified"
    BY_HAND = "by_hand"


class Sample(SQLModel, table=True):
    """One decision. Never changed: a new one stands in its place, and this one beside it."""

    __tablename__ = "samples"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programmes.id", index=True)
    method: Method = Field(sa_type=String, max_length=20)
    seed: int | None = Field(default=None, sa_type=BigInteger)
    """None: by hand."""
    parameters: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """`count`; or `parts` of a series and `per_stratum`."""
    reason: str = Field(default="", max_length=1000)
    population: list[dict[str, Any]] = Field(sa_type=JSON)
    """Every `drawing.Candidate` there was."""
    chosen: list[str] = Field(sa_type=JSON)
    """Ids of recordings, in the order in which they were drawn."""
    drawn_by: UUID = Field(foreign_key="users.id")
    drawn_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
