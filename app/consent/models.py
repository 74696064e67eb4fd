"""The consent ledger: one person's decisions, purpose by purpose, under a text version."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, String, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id

GENESIS = "0" * 64
"""Before the first row of a chain."""


class Purpose(StrEnum):
    AUDIO = "audio"
    VIDEO = "video"
    """Camera and shared screen."""
    INDEXING = "indexing"
    TRANSCRIPT = "transcript"
    CHAT = "chat"
    """What one writes to the room while it is recorded."""
    QUOTATION = "quotation"
    SHARING = "sharing"
    FEEDBACK = "feedback"
    """The group sees how its talk went, in figures of all together."""


def every_purpose() -> list[str]:
    return [purpose.value for purpose in Purpose]


class Decision(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConsentText(SQLModel, table=True):
    """One language of one version of a programme's consent text. Immutable."""

    __tablename__ = "consent_texts"
    __table_args__ = (UniqueConstraint("programme_id", "version", "language"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programmes.id", index=True)
    version: int
    language: str = Field(max_length=2)
    body: str = Field(max_length=50_000)
    """Markdown of headings, paragraphs and lists."""
    purposes: list[str] = Field(default_factory=every_purpose, sa_type=JSON)
    """What it asks consent for. Nobody is asked for anything else, and nothing else is granted."""
    created_by: UUID | None = Field(default=None, foreign_key="users.id")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class TextDraft(SQLModel, table=True):
    """The next version while it is written: one a programme, seen by nobody it will be asked of."""

    __tablename__ = "consent_text_drafts"

    programme_id: UUID = Field(primary_key=True, foreign_key="programmes.id")
    revision: int = 1
    """Counts the savings, so that two who write at once do not undo each other unnoticed."""
    fi: str = Field(default="", sa_type=Text)
    sv: str = Field(default="", sa_type=Text)
    en: str = Field(default="", sa_type=Text)
    purposes: list[str] = Field(default_factory=every_purpose, sa_type=JSON)
    updated_by: UUID = Field(foreign_key="users.id")
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class ShownText(SQLModel, table=True):
    """A text as somebody read it when deciding, blanks filled in, kept under its own hash.

    The blanks come from the programme, which may say something else tomorrow: what was agreed to
    must not change with it.
    """

    __tablename__ = "consent_shown_texts"

    sha256: str = Field(primary_key=True, max_length=64)
    """Of the body in UTF-8, hex."""
    body: str = Field(sa_type=Text)


class ConsentDecision(SQLModel, table=True):
    """One row of the ledger, which the database refuses to change. Its id is the ConsentId a tape
    must name."""

    __tablename__ = "consent_decisions"
    __table_args__ = (UniqueConstraint("group_id", "sequence"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    sequence: int
    """Place in the group's chain, from 1 without gaps."""
    user_id: UUID = Field(foreign_key="users.id", index=True)
    group_id: UUID = Field(foreign_key="groups.id", index=True)
    """The scope: decisions hold for all meetings of a group."""
    meeting_id: UUID | None = Field(default=None, foreign_key="meetings.id")
    """The meeting during which it was made, if one was going on."""
    purpose: Purpose = Field(sa_type=String, max_length=20)
    decision: Decision = Field(sa_type=String, max_length=20)
    keeps_earlier: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Of a withdrawal: what was recorded until then may stay. Else it is erased."""
    text_version: int
    text_language: str = Field(max_length=2)
    text_sha256: str | None = Field(default=None, max_length=64)
    """The `ShownText` that was read. None in rows older than those texts are kept."""
    paper: str | None = Field(default=None, max_length=300)
    """Of a decision made on paper and entered by somebody else: which paper, and where it lies."""
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When that paper was signed; `decided_at` is when it was entered."""
    decided_by: UUID = Field(foreign_key="users.id")
    decided_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    """SHA-256 over all fields above in a canonical form, hex."""


class ConsentHead(SQLModel, table=True):
    """Where a group's chain ends: what shows that rows at its end were cut off."""

    __tablename__ = "consent_heads"

    group_id: UUID = Field(primary_key=True, foreign_key="groups.id")
    length: int = 0
    hash: str = Field(default=GENESIS, max_length=64)
