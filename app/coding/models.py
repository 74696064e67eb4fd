"""What coders decided, and what stands where they differed. Who codes what: `app.blinding`.

A coding is never changed: when its coder decides otherwise, or a new version of the codebook is
mapped onto it, it ends (`ended_at`) and others stand. *Standing* codings are those that have not
ended. All codings hang on their turn by a key that cascades: when a turn is erased because its
speaker withdrew, or its time is over, the database itself takes its codings, memos and
adjudications along, whoever deletes it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class DrawUnit(StrEnum):
    RECORDING = "recording"
    TURN = "turn"


class Coder(SQLModel, table=True):
    """The number a coder goes by in a programme's exports and figures: `coder1`, for good."""

    __tablename__ = "coders"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    programme_id: UUID = Field(foreign_key="programmes.id", primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    number: int
    """From 1, in the order of their first assignments."""


class CodingDraw(SQLModel, table=True):
    """One seeded choice of what a second coder codes too. The same seed, share and population
    give the same choice again."""

    __tablename__ = "coding_draws"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    version_id: UUID = Field(foreign_key="codebook_versions.id", index=True)
    coder_id: UUID = Field(foreign_key="users.id", index=True)
    """The second coder."""
    unit: DrawUnit = Field(sa_type=String, max_length=20)
    seed: int
    share: float
    """Of the population, above 0 and at most 1; rounded up."""
    population: list[str] = Field(sa_type=JSON)
    """Ids of recordings or turns, in the order that they were drawn from."""
    chosen: list[str] = Field(sa_type=JSON)
    created_by: UUID = Field(foreign_key="users.id")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class CodebookMapping(SQLModel, table=True):
    """Once, the standing codings of one version were carried over to a newer one."""

    __tablename__ = "codebook_mappings"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    from_version_id: UUID = Field(foreign_key="codebook_versions.id", index=True)
    to_version_id: UUID = Field(foreign_key="codebook_versions.id", index=True)
    moves: list[dict[str, Any]] = Field(sa_type=JSON)
    """Each: code_id, axis_id before; to_code_id, to_axis_id after, or None: to be coded again."""
    applied_by: UUID = Field(foreign_key="users.id")
    applied_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Coding(SQLModel, table=True):
    """One code that one coder gave one turn on one axis."""

    __tablename__ = "codings"
    __table_args__ = (
        Index(
            "ix_codings_standing",
            *("assignment_id", "turn_id", "axis_id", "code_id"),
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assignment_id: UUID = Field(foreign_key="coding_assignments.id", index=True)
    turn_id: UUID = Field(foreign_key="turns.id", index=True, ondelete="CASCADE")
    axis_id: UUID
    code_id: UUID
    is_primary: bool = True
    """On a single axis always; on a multiple one exactly one code of a turn."""
    confidence: int | None = None
    """How sure the coder was of this axis: 1 unsure, 2 fairly, 3 sure; None: did not say."""
    decided_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    """When the coder decided, by the coder's clock, but never later than it reached us."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None: it stands."""
    made_by_mapping: UUID | None = Field(default=None, foreign_key="codebook_mappings.id")
    ended_by_mapping: UUID | None = Field(default=None, foreign_key="codebook_mappings.id")
    """The coder's own decision is kept beside what a mapping made of it."""


class CodingMemo(SQLModel, table=True):
    """What a coder noted about a turn, with or without a code. One a turn; empty is none."""

    __tablename__ = "coding_memos"

    assignment_id: UUID = Field(foreign_key="coding_assignments.id", primary_key=True)
    turn_id: UUID = Field(foreign_key="turns.id", primary_key=True, index=True, ondelete="CASCADE")
    body: str = Field(sa_type=Text)
    decided_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class FollowedTurns(SQLModel, table=True):
    """How far what was said of a recording's turns has gone along with them (`following`)."""

    __tablename__ = "followed_turns"

    recording_id: UUID = Field(foreign_key="recordings.id", primary_key=True)
    sequence: int
    """Of the last edit; 0 before the first."""
    index_id: UUID
    """The newest index then."""


class Adjudication(SQLModel, table=True):
    """One code of a decision that stands for all coders of one turn on one axis; their codings
    stay as they are."""

    __tablename__ = "adjudications"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    version_id: UUID = Field(foreign_key="codebook_versions.id", index=True)
    turn_id: UUID = Field(foreign_key="turns.id", index=True, ondelete="CASCADE")
    axis_id: UUID
    code_id: UUID | None = None
    """None: decided that no code fits; then it is the only row."""
    is_primary: bool = True
    reason: str = Field(default="", sa_type=Text)
    decided_by: UUID = Field(foreign_key="users.id", index=True)
    decided_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None: it stands."""
    made_by_mapping: UUID | None = Field(default=None, foreign_key="codebook_mappings.id")
    ended_by_mapping: UUID | None = Field(default=None, foreign_key="codebook_mappings.id")
