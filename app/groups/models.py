"""A group (ryhmä): 4–11 members who meet, their facilitator and their observer."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class GroupRole(StrEnum):
    MEMBER = "member"
    FACILITATOR = "facilitator"
    OBSERVER = "observer"


class Group(SQLModel, table=True):
    __tablename__ = "groups"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programmes.id", index=True)
    name: str = Field(max_length=200)
    description: str = Field(default="", max_length=5000)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Membership(SQLModel, table=True):
    """A user in a group, in one role. `left_at` ends it; the row stays for the record."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("group_id", "user_id"),
        UniqueConstraint("group_id", "pseudonym"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    group_id: UUID = Field(foreign_key="groups.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    role: GroupRole = Field(sa_type=String, max_length=20)
    pseudonym: str = Field(max_length=40)
    """Stable inside the group (J1, J2 …, F1, H1); what exports and coders see."""
    joined_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
