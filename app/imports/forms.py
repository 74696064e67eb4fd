"""What imports take and give on HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.accounts.forms import Language
from app.consent.models import Decision, Purpose
from app.imports.turnfiles import DAY_MS, TurnFormat
from app.kit.http import Form, Public
from app.meetings.forms import Minutes, StartTime
from app.meetings.models import MeetingKind
from app.recordings.models import Source, TapeState

Offset = Annotated[int, Field(ge=-DAY_MS, le=DAY_MS)]


class ImportCreate(Form):
    starts_at: StartTime
    duration_min: Minutes
    title: str = Field(default="", max_length=200)
    kind: MeetingKind = MeetingKind.MENTORING
    present: list[UUID] = Field(max_length=100)
    """Members who were there, silent ones too."""


class PaperEnter(Form):
    """What one member decided on one paper."""

    user_id: UUID
    decisions: dict[Purpose, Decision] = Field(min_length=1)
    paper: str = Field(min_length=1, max_length=300)
    """Which paper it is, and where it lies."""
    signed_at: StartTime
    language: Language


class TrackPublic(Public):
    id: UUID
    user_id: UUID
    source: Source
    """`mixed`: everybody's voices in one file; it is listed for each who was there."""
    state: TapeState
    size: int


class TurnFile(Form):
    form: TurnFormat
    content: str = Field(max_length=900_000)


class TurnImport(TurnFile):
    file_name: str = Field(default="", max_length=200)
    people: dict[str, UUID | None] = Field(max_length=100)
    """Name in the file → the person, or null: passed over. Every name must be here."""
    offset_ms: Offset = 0


class NamePublic(Public):
    name: str
    turns: int


class TurnsImported(Public):
    written: int
    passed_over: int
