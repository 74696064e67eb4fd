"""What consent takes and gives on HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.accounts.forms import Language
from app.consent.models import Decision, Purpose
from app.kit.http import Form, Public

Body = Annotated[str, Field(min_length=1, max_length=50_000)]


class TextCreate(Form):
    """A new version, in every language at once. `{controller}` and the like are filled in."""

    fi: Body
    sv: Body
    en: Body


class TextPublic(Public):
    programme_id: UUID
    version: int
    language: Language
    body: str


class Decide(Form):
    purpose: Purpose
    decision: Decision
    text_version: int = Field(ge=1, le=1_000_000)
    text_language: Language
    keeps_earlier: bool = False
    """Of a withdrawal: leave what was recorded until now."""


class DecisionPublic(Public):
    id: UUID
    sequence: int
    user_id: UUID
    meeting_id: UUID | None
    purpose: Purpose
    decision: Decision
    keeps_earlier: bool
    text_version: int
    text_language: Language
    decided_by: UUID
    decided_at: datetime
    previous_hash: str
    hash: str


class OwnConsents(Public):
    decisions: list[DecisionPublic]
    """The latest on each purpose."""
    undecided: list[Purpose]
    """Never decided under the text in use: ask about these."""


class Verification(Public):
    whole: bool
    broken_at: int | None
    length: int
    last_hash: str | None
