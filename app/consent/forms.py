"""What consent takes and gives on HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.accounts.forms import Language
from app.consent.models import Decision, Purpose
from app.kit.http import Form, Public

Purposes = Annotated[list[Purpose], Field(max_length=len(Purpose))]
Body = Annotated[str, Field(max_length=50_000)]


class TextCreate(Form):
    """A new version, in every language at once. `{controller}` and the like are filled in."""

    fi: Body = ""
    sv: Body = ""
    en: Body = ""
    purposes: Purposes | None = None
    """What it asks for. None: what the version in use asks for."""
    replaces: int | None = Field(default=None, ge=1, le=1_000_000)
    """The version in use that its writer saw. Refused if another has come into use since."""


class DraftSave(Form):
    """A draft may be unfinished: a language may be empty, a blank unknown."""

    fi: Body = ""
    sv: Body = ""
    en: Body = ""
    purposes: Purposes | None = None
    """None: those of the draft, or of the version in use."""
    revision: int = Field(default=0, ge=0, le=1_000_000_000)
    """Of the draft that was read; 0 when there was none."""


class DraftPublic(Public):
    revision: int
    fi: str
    sv: str
    en: str
    purposes: list[Purpose]
    updated_by: UUID
    updated_at: datetime


class VersionPublic(Public):
    version: int
    published_at: datetime | None
    """None: it is the document that comes with the software."""


class EffectPublic(Public):
    group_id: UUID
    name: str
    people: int
    answered: int
    recorded: int
    read_otherwise: int


class SigningKey(Public):
    kty: str
    crv: str
    x: str
    y: str
    alg: str
    use: str
    kid: str


class TextPublic(Public):
    programme_id: UUID
    version: int
    language: Language
    body: str
    purposes: list[Purpose]
    """What it asks for."""


class Decide(Form):
    purpose: Purpose
    decision: Decision
    text_version: int = Field(ge=1, le=1_000_000)
    text_language: Language
    keeps_earlier: bool = False
    """Of a withdrawal: leave what was recorded until now."""
    seen: int = Field(default=0, ge=0, le=2**31 - 1)
    """Of a yes: the `sequence` of one's own newest decision that one knew of. It is refused where
    one has said no since."""


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
    text_sha256: str | None
    paper: str | None
    signed_at: datetime | None
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
