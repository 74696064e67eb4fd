"""A programme (hanke): one run of the model. It owns groups and consent texts."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id

NEWEST_DOCUMENT = 3
"""Of the consent texts that come with the software (app/consent/texts)."""


class ProgrammeRole(StrEnum):
    COORDINATOR = "coordinator"
    RESEARCHER = "researcher"


class Programme(SQLModel, table=True):
    __tablename__ = "programmes"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=200)
    description: str = Field(default="", max_length=5000)
    controller: str = Field(default="", max_length=300)
    """Who answers for the personal data (rekisterinpitäjä); printed in the consent text."""
    contact: str = Field(default="", max_length=300)
    retention_days: int = Field(default=365)
    """Recordings are erased so many days after they were made; printed in the consent text."""
    warning_days: int = Field(default=30)
    """So many days before, it is said where the programme's staff sees it."""
    text_document: int = Field(default=NEWEST_DOCUMENT)
    """Which document of the software is version 1 of its consent text. A newer document changes
    nothing here: people have agreed to this one."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class ProgrammeStaff(SQLModel, table=True):
    """One person's role in a programme; a person may hold both roles."""

    __tablename__ = "programme_staff"

    programme_id: UUID = Field(foreign_key="programmes.id", primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    role: ProgrammeRole = Field(primary_key=True, sa_type=String, max_length=20)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class RetentionChange(SQLModel, table=True):
    """One change of a programme's period. What was in force at a time is read from these."""

    __tablename__ = "retention_changes"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programmes.id", index=True)
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    days_before: int
    days_after: int
    changed_by: UUID = Field(foreign_key="users.id")
