"""What was said, in words: utterances with their versions, and the asking for a machine's."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id

LONGEST_TEXT = 20_000


class WordsSource(StrEnum):
    MACHINE = "machine"
    IMPORTED = "imported"
    HUMAN = "human"


def folded(text: str) -> str:
    """Without case and with single blanks, for searching: databases differ in what they know of
    Ä and ä."""
    return " ".join(text.casefold().split())


class Utterance(SQLModel, table=True):
    """One version of one line of a transcript. Immutable but for `is_current`.

    A line keeps its id through all its versions. A version without text takes the line out; the
    versions before it stay, until consent ends or somebody brings it back.
    """

    __tablename__ = "utterances"
    __table_args__ = (UniqueConstraint("line_id", "version"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    line_id: UUID
    version: int = 1
    is_current: bool = True
    user_id: UUID = Field(foreign_key="users.id", index=True)
    start_ms: int
    """Of the recording's time line; start < end."""
    end_ms: int
    text: str = Field(sa_type=Text)
    folded: str = Field(sa_type=Text)
    source: WordsSource = Field(sa_type=String, max_length=20)
    model: str | None = Field(default=None, max_length=200)
    """The machine's name, or the name of the imported file."""
    consent_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    """The ledger rows that allow it, of transcript and of voice: all must stand."""
    made_by: UUID | None = Field(default=None, foreign_key="users.id")
    """Who wrote or imported it; None: the worker."""
    made_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class TranscriptionState(StrEnum):
    WAITING = "waiting"
    """Asked for, and not begun."""
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (TranscriptionState.WAITING, TranscriptionState.RUNNING)


class Transcription(SQLModel, table=True):
    """A machine was asked to write down a recording. At most one per recording."""

    __tablename__ = "transcriptions"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", unique=True)
    state: TranscriptionState = Field(
        default=TranscriptionState.WAITING, sa_type=String, max_length=20, index=True
    )
    attempt: int = 1
    """Counts the requests: each is done by a workflow of its own."""
    progress: int = 0
    """Per cent."""
    failure: str | None = Field(default=None, max_length=100)
    """A code with a translation, when the state is `failed`."""
    model: str = Field(default="", max_length=200)
    """Name of the model that did it."""
    requested_by: UUID = Field(foreign_key="users.id")
    requested_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
