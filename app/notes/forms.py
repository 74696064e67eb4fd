"""What observation notes take and give on HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.kit.http import Form, Page, Public
from app.notes.models import LONGEST_NOTE, NoteKind

WEEK_MS = 7 * 86_400_000
"""A note may be sent so long after it was begun. Lower: what lay on a phone without a network is
lost. Higher: the phone's own clock has time to go wrong."""


class NoteWrite(Form):
    id: UUID
    """Chosen by the sender. The same one again is answered as the first time."""
    kind: NoteKind = NoteKind.OBSERVATION
    text: str = Field(min_length=1, max_length=LONGEST_NOTE)
    ago_ms: int = Field(ge=0, le=WEEK_MS)
    """How long before this request its author began to write: the sender's clock need not be right,
    it need only go."""


class NoteEdit(Form):
    kind: NoteKind
    text: str = Field(min_length=1, max_length=LONGEST_NOTE)
    version: int = Field(ge=1, le=1_000_000)
    """The one that was seen; a later edit from elsewhere is not overwritten."""


class NotePublic(Public):
    id: UUID
    author_id: UUID
    author: str
    pseudonym: str
    """Of the author in the group; `staff` for one who is in no group."""
    is_mine: bool
    at: datetime
    position_ms: int | None
    """On the recording's time line, where it may lie before its start or after its end. None:
    nothing was recorded."""
    kind: NoteKind
    text: str
    version: int
    written_at: datetime
    edited_at: datetime | None


class NotesPublic(Page[NotePublic]):
    """By time, all of them."""

    is_withheld: bool
    """Others' notes are kept from one who still codes this recording."""
