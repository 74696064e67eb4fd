"""People and the proofs that they are signed in."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class User(SQLModel, table=True):
    """An account. A member who came by an invitation may have neither e-mail nor password."""

    __tablename__ = "users"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=100)
    email: str | None = Field(default=None, max_length=254, unique=True)
    password_hash: str | None = Field(default=None, max_length=255)
    language: str = Field(default="fi", max_length=2)
    is_administrator: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    deactivated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Set: everything about this person was erased; the id stands for nobody we know."""


class RefreshToken(SQLModel, table=True):
    """One link of a rotating chain; using a spent link again ends its whole family."""

    __tablename__ = "refresh_tokens"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    family: UUID = Field(index=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    spent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SetUpToken(SQLModel, table=True):
    """The one-time link that makes the first administrator."""

    __tablename__ = "set_up_tokens"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
