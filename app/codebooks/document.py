"""What one version of a codebook says: axes, and along each axis a tree of codes. Pure.

Every turn is coded along each axis by itself. On a *single* axis it gets at most one code; on a
*multiple* axis one code leads (`is_primary`) and any number stand beside it, so that there is
always one code to compare two coders by.

A draft may be unfinished; what must hold before it is published is said by `app.codebooks.checks`.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.kit.http import Form
from app.kit.ids import new_id

MOST_AXES = 20
MOST_CODES = 300
"""Of one axis. More is no codebook that a person can hold in mind."""

Label = Annotated[str, Field(max_length=40)]
"""A short name for programs: small letters, digits and underscores."""
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class Choice(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"


class Name(Form):
    """A name in up to three languages; where one is missing, another stands in."""

    fi: str = Field(default="", max_length=120)
    sv: str = Field(default="", max_length=120)
    en: str = Field(default="", max_length=120)

    def said(self, language: str) -> str:
        return str(getattr(self, language)) or self.fi or self.sv or self.en


class Prose(Form):
    """The same for a longer text."""

    fi: str = Field(default="", max_length=4000)
    sv: str = Field(default="", max_length=4000)
    en: str = Field(default="", max_length=4000)

    def said(self, language: str) -> str:
        return str(getattr(self, language)) or self.fi or self.sv or self.en


class Code(Form):
    id: UUID = Field(default_factory=new_id)
    parent_id: UUID | None = None
    """A code of the same axis that stands before this one."""
    label: Label = ""
    """Unique in the axis; what tables and files for other programs hold."""
    key: str = Field(default="", max_length=1)
    """The key that gives this code while its axis is in hand."""
    colour: Colour = "#888888"
    is_codable: bool = True
    """False: it only gathers the codes below it."""
    name: Name = Field(default_factory=Name)
    definition: Prose = Field(default_factory=Prose)
    include: Prose = Field(default_factory=Prose)
    exclude: Prose = Field(default_factory=Prose)
    example: Prose = Field(default_factory=Prose)
    source: Prose = Field(default_factory=Prose)
    """Where the code comes from, and whether it is found, published, or only proposed."""


class Axis(Form):
    id: UUID = Field(default_factory=new_id)
    label: Label = ""
    """Unique in the codebook; the column of a table."""
    name: Name = Field(default_factory=Name)
    definition: Prose = Field(default_factory=Prose)
    source: Prose = Field(default_factory=Prose)
    choice: Choice = Choice.SINGLE
    is_required: bool = False
    """A turn is coded when it has a code on every required axis."""
    is_ordinal: bool = False
    """The codes stand in order, from least to most: agreement may weigh how far apart two are."""
    codes: list[Code] = Field(default_factory=list, max_length=MOST_CODES)
    """In reading order, each after its parent."""

    def code(self, code_id: UUID) -> Code | None:
        return next((code for code in self.codes if code.id == code_id), None)

    def lines(self) -> dict[UUID, list[Code]]:
        """Of every code: from the one at the top that it stands below down to itself. A parent that
        does not stand before its code counts for none."""
        found: dict[UUID, list[Code]] = {}
        for code in self.codes:
            above = found.get(code.parent_id, []) if code.parent_id else []
            found[code.id] = [*above, code]
        return found

    def depths(self) -> dict[UUID, int]:
        """Of every code: 0 at the top."""
        return {code_id: len(line) - 1 for code_id, line in self.lines().items()}

    def paths(self) -> dict[UUID, str]:
        """Of every code: the labels of its line, `strain/workload`."""
        lines = self.lines().items()
        return {code_id: "/".join(code.label for code in line) for code_id, line in lines}

    @property
    def is_nested(self) -> bool:
        return any(self.depths().values())


class CodebookDocument(Form):
    axes: list[Axis] = Field(default_factory=list, max_length=MOST_AXES)

    def axis(self, axis_id: UUID) -> Axis | None:
        return next((axis for axis in self.axes if axis.id == axis_id), None)

    def codes(self) -> Iterator[tuple[Axis, Code]]:
        return ((axis, code) for axis in self.axes for code in axis.codes)

    @property
    def required(self) -> frozenset[UUID]:
        return frozenset(axis.id for axis in self.axes if axis.is_required)
