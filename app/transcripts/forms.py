"""What transcripts take and give on HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.kit.http import Form, Public
from app.transcripts.models import LONGEST_TEXT, TranscriptionState, WordsSource

DAY_MS = 86_400_000
Moment = Annotated[int, Field(ge=0, le=DAY_MS)]
"""ms after the recording's start."""


class LineWrite(Form):
    user_id: UUID
    start_ms: Moment
    end_ms: Moment
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class LineEdit(Form):
    user_id: UUID
    start_ms: Moment
    end_ms: Moment
    text: str = Field(max_length=LONGEST_TEXT)
    """Empty: the line is taken out. Its versions stay."""
    version: int = Field(ge=1, le=1_000_000)
    """The one that was seen; another's later edit is not overwritten."""


class LinePublic(Public):
    line_id: UUID
    version: int
    user_id: UUID
    name: str
    pseudonym: str
    start_ms: int
    end_ms: int
    text: str
    source: WordsSource
    model: str | None


class LineVersion(Public):
    version: int
    start_ms: int
    end_ms: int
    text: str
    source: WordsSource
    model: str | None
    made_by: UUID | None
    made_at: datetime


class VttRead(Form):
    content: str = Field(max_length=900_000)


class VttImport(VttRead):
    file_name: str = Field(default="", max_length=200)
    people: dict[str, UUID | None] = Field(max_length=100)
    """Name in the file → the person, or null: passed over. Every name must be here."""
    offset_ms: int = Field(default=0, ge=-DAY_MS, le=DAY_MS)


class VoicePublic(Public):
    name: str
    lines: int
    first_ms: int
    first_words: str


class ImportedPublic(Public):
    written: int
    passed_over: int
    """Of people whose consents do not cover it, of nobody, or outside the recording."""
    standing: int
    """Not written, since people's own words stand there."""
    replaced: int
    """The machine's lines in whose place these came."""


class TranscriptionPublic(Public):
    recording_id: UUID
    state: TranscriptionState
    progress: int
    failure: str | None
    model: str
    requested_at: datetime


class HitPublic(Public):
    recording_id: UUID
    line_id: UUID
    meeting_id: UUID
    group: str
    pseudonym: str
    start_ms: int
    end_ms: int
    text: str


class HitsPublic(Public):
    items: list[HitPublic]
    more: bool
    """There are more than are shown."""
