"""A single-use link into a group, or back into it from another device."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlmodel import Field, SQLModel

from app.groups.models import GroupRole
from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class Invitation(SQLModel, table=True):
    """Only the hash of the link's secret is kept. `user_id` set: it signs that person in again."""

    __tablename__ = "invitations"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    group_id: UUID = Field(foreign_key="groups.id", index=True)
    role: GroupRole = Field(sa_type=String, max_length=20)
    name: str = Field(default="", max_length=100)
    """Who it is meant for; proposed as the name when it is accepted."""
    token_hash: str = Field(max_length=64, unique=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id")
    created_by: UUID = Field(foreign_key="users.id")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted_by: UUID | None = Field(default=None, foreign_key="users.id")
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
