"""Codebooks of a programme: versions that never change, and the draft of the next one.

What stands in `document` is `app.codebooks.document.CodebookDocument`. The ids of its axes and
codes stay the same from version to version, so that a code that was renamed is still that code.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class Codebook(SQLModel, table=True):
    """A codebook, whatever its versions say."""

    __tablename__ = "codebooks"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programmes.id", index=True)
    name: str = Field(max_length=200)
    created_by: UUID = Field(foreign_key="users.id")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class CodebookVersion(SQLModel, table=True):
    """One published version. Immutable, because codings refer to it."""

    __tablename__ = "codebook_versions"
    __table_args__ = (UniqueConstraint("codebook_id", "version"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    codebook_id: UUID = Field(foreign_key="codebooks.id", index=True)
    version: int
    """From 1 without gaps."""
    document: dict[str, Any] = Field(sa_type=JSON)
    published_by: UUID = Field(foreign_key="users.id")
    published_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class CodebookDraft(SQLModel, table=True):
    """The next version while it is written: one a codebook; nobody codes with it."""

    __tablename__ = "codebook_drafts"

    codebook_id: UUID = Field(primary_key=True, foreign_key="codebooks.id", ondelete="CASCADE")
    revision: int = 1
    """Counts the savings, so that two who write at once do not undo each other unnoticed."""
    document: dict[str, Any] = Field(sa_type=JSON)
    updated_by: UUID = Field(foreign_key="users.id")
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
