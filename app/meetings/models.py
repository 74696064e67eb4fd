"""A meeting (tapaaminen), the node that hosts it, and who was there when."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class MeetingKind(StrEnum):
    MENTORING = "mentoring"
    INTERVIEW = "interview"
    TRAINING = "training"


class MeetingState(StrEnum):
    SCHEDULED = "scheduled"
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Meeting(SQLModel, table=True):
    __tablename__ = "meetings"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    group_id: UUID = Field(foreign_key="groups.id", index=True)
    kind: MeetingKind = Field(default=MeetingKind.MENTORING, sa_type=String, max_length=20)
    title: str = Field(default="", max_length=200)
    ordinal: int = Field(default=1)
    """Place in the group's series of the same kind, from 1 (`app.meetings.order`)."""
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    duration_min: int = Field(default=90)
    state: MeetingState = Field(default=MeetingState.SCHEDULED, sa_type=String, max_length=20)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Node(SQLModel, table=True):
    """A media node that is, or was, alive. It is alive while `expires_at` lies ahead."""

    __tablename__ = "nodes"

    name: str = Field(primary_key=True, max_length=100)
    public_url: str = Field(default="", max_length=300)
    port: int
    http_port: int = 0
    participants: int = 0
    started_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    full_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when its disk takes no tapes, and its recordings are interrupted."""


class Lease(SQLModel, table=True):
    """This meeting lives on that node, until the lease or the node expires."""

    __tablename__ = "leases"

    meeting_id: UUID = Field(foreign_key="meetings.id", primary_key=True)
    node_name: str = Field(foreign_key="nodes.name", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class Hosting(SQLModel, table=True):
    """The journal of a node may hold what was said in this meeting and is in no book.

    The row is there before anything can be said, and goes when nothing of it is in the journal any
    longer: a row of a journal that nobody reads tells that something may be unknown here.
    """

    __tablename__ = "hostings"

    meeting_id: UUID = Field(foreign_key="meetings.id", primary_key=True)
    journal_id: UUID = Field(primary_key=True)
    unknown_to: int | None = None
    """Another node had to go on without it: up to this row of the group's ledger nothing is known
    to be in force until the journal is read. None: its node goes on."""


class Attendance(SQLModel, table=True):
    """One stay of one person in a meeting."""

    __tablename__ = "attendances"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    role: str = Field(max_length=20)
    joined_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
