"""What coding takes and gives on HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.blinding.models import AssignmentState
from app.codebooks.document import CodebookDocument
from app.coding.models import DrawUnit
from app.coding.work import LONGEST_MEMO
from app.kit.chance import SEEDS
from app.kit.http import Form, Public
from app.sampling.basis import Basis

CodeIds = Annotated[list[UUID], Field(max_length=30)]
"""The first leads; none: no code."""
Confidence = Annotated[int, Field(ge=1, le=3)]


class Assign(Form):
    recording_ids: list[UUID] = Field(min_length=1, max_length=500)
    coder_id: UUID
    version_id: UUID


class Draw(Form):
    version_id: UUID
    coder_id: UUID
    unit: DrawUnit = DrawUnit.RECORDING
    share: float = Field(gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, lt=SEEDS)
    """None: drawn now, and kept."""
    recordings: Basis = Basis.SAMPLE
    """What is drawn from."""


class Decide(Form):
    version_id: UUID
    """The version that the coder has before their eyes."""
    code_ids: CodeIds
    confidence: Confidence | None = None
    decided_at: AwareDatetime


class Note(Form):
    body: str = Field(max_length=LONGEST_MEMO)
    decided_at: AwareDatetime


class Adjudicate(Form):
    code_ids: CodeIds
    reason: str = Field(default="", max_length=LONGEST_MEMO)


class MoveForm(Form):
    code_id: UUID
    to_code_id: UUID | None
    """None: to be coded again."""


class ApplyMapping(Form):
    from_version_id: UUID
    to_version_id: UUID
    moves: list[MoveForm] = Field(max_length=1_000)


class AssignmentPublic(Public):
    id: UUID
    recording_id: UUID
    coder_id: UUID
    version_id: UUID
    is_double: bool
    draw_id: UUID | None
    state: AssignmentState
    turn_count: int
    created_at: datetime
    finished_at: datetime | None


class AssignmentLine(AssignmentPublic):
    coder: str
    coded: int
    """Turns with a code on every required axis."""
    again: int
    """Of what was finished before: turns to be coded again, which lack a code now."""


class DrawPublic(Public):
    id: UUID
    version_id: UUID
    coder_id: UUID
    unit: DrawUnit
    seed: int
    share: float
    population: list[str]
    chosen: list[str]
    """Those of the population whose SHA-256 of `seed:id` is smallest."""
    created_at: datetime


class TurnToCode(Public):
    id: UUID
    pseudonym: str
    start_ms: int
    end_ms: int
    is_backchannel: bool
    is_mine: bool
    """False: heard beside, not to be coded."""


class DecisionPublic(Public):
    turn_id: UUID
    axis_id: UUID
    code_ids: list[UUID]
    confidence: int | None
    decided_at: datetime


class WorkPublic(Public):
    """All that a coder sees: pseudonyms, and nobody else's codings."""

    id: UUID
    state: AssignmentState
    is_reopened: bool
    """It was finished before: only what is to be coded again is the coder's."""
    version_id: UUID
    codebook: CodebookDocument
    turns: list[TurnToCode]
    decisions: list[DecisionPublic]
    memos: dict[UUID, str]


class SaidPublic(Public):
    coder: int
    code_ids: list[UUID]
    confidence: int | None
    memo: str


class DifferencePublic(Public):
    turn_id: UUID
    pseudonym: str
    start_ms: int
    end_ms: int
    axis_id: UUID
    said: list[SaidPublic]
    decided: list[UUID] | None
    """None: not decided; empty: no code fits."""
    reason: str


class ComparisonPublic(Public):
    version_id: UUID
    document: CodebookDocument
    turns: int
    """That two or more coded."""
    differences: list[DifferencePublic]


class MappingPublic(Public):
    id: UUID
    from_version_id: UUID
    to_version_id: UUID
    applied_at: datetime


class TouchedPublic(Public):
    kind: str
    axis_id: UUID
    code_id: UUID
    to_axis_id: UUID | None
    codings: int | None
    """None: withheld from one who assigns nothing, or codes what was coded with this version."""


class OfferPublic(Public):
    from_version_id: UUID
    to_version_id: UUID
    assignments: int
    touched: list[TouchedPublic]
