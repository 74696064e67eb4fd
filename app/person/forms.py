"""What one person's data takes and gives on HTTP."""

from uuid import UUID

from pydantic import Field

from app.kit.http import Form, Public


class Erase(Form):
    confirmation: str = Field(max_length=100)
    """The person's name, exactly as it stands in the account."""


class ErasureReport(Public):
    user_id: UUID
    name: str
    """What the id stands under from now on."""
    tapes: int
    turns: int
    chat_lines: int
    waiting: int
    decisions: int
    stays: int
    entries: int
    notes: int
    notes_near: int
    answers: int
    lines: list[str]
    """The same in words, in the reader's language: what is erased, what is kept and why."""
