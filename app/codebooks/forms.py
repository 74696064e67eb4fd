"""What codebooks take and give on HTTP."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.codebooks.document import CodebookDocument
from app.kit.http import Form, Public

Revision = Annotated[int, Field(ge=0, le=1_000_000_000)]


class FileForm(StrEnum):
    CSV = "csv"
    QDC = "qdc"


class CodebookCreate(Form):
    name: str = Field(min_length=1, max_length=200)
    starter: bool = True
    """Begin with the starter codebook; false: with nothing."""
    bales: bool = False
    """With Bales' twelve categories as an axis of its own."""


class DraftSave(Form):
    """A draft may be unfinished."""

    document: CodebookDocument
    revision: Revision
    """Of the draft that was read; 0 when there was none."""


class Publish(Form):
    revision: Revision


class FaultPublic(Public):
    code: str
    axis_id: UUID | None
    code_id: UUID | None


class DraftPublic(Public):
    document: CodebookDocument
    revision: int
    faults: list[FaultPublic]
    """What stands in the way of publishing; the texts are `codebook.fault_<code>`."""


class VersionPublic(Public):
    id: UUID
    codebook_id: UUID
    version: int
    published_at: datetime


class VersionWhole(VersionPublic):
    document: CodebookDocument


class CodebookPublic(Public):
    id: UUID
    programme_id: UUID
    name: str
    created_at: datetime
    versions: list[VersionPublic]
    """The newest first."""
