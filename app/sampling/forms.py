"""What sampling takes and gives on HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.kit.chance import SEEDS
from app.kit.http import Form, Public
from app.sampling.models import Method

Seed = Annotated[int | None, Field(ge=0, lt=SEEDS)]
"""None: the server draws one."""
Reason = Annotated[str, Field(max_length=1000)]


class RandomSample(Form):
    method: Literal[Method.RANDOM]
    count: Annotated[int, Field(ge=1, le=10_000)]
    seed: Seed = None
    reason: Reason = ""


class StratifiedSample(Form):
    """So many from each part of each group's series."""

    method: Literal[Method.STRATIFIED]
    parts: Annotated[int, Field(ge=1, le=20)]
    per_stratum: Annotated[int, Field(ge=1, le=100)]
    seed: Seed = None
    reason: Reason = ""


class SampleByHand(Form):
    method: Literal[Method.BY_HAND]
    recording_ids: Annotated[list[UUID], Field(min_length=1, max_length=10_000)]
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


SampleCreate = Annotated[
    RandomSample | StratifiedSample | SampleByHand, Field(discriminator="method")
]


class CandidatePublic(Public):
    recording_id: UUID
    group_id: UUID
    ordinal: int


class SamplePublic(Public):
    id: UUID
    programme_id: UUID
    method: Method
    seed: int | None
    parameters: dict[str, int]
    reason: str
    population: list[CandidatePublic]
    chosen: list[UUID]
    drawn_by: UUID
    drawn_at: datetime


class SampledRow(Public):
    """One recording that could be chosen, as a line of the table."""

    recording_id: UUID
    group: str
    meeting: int
    part: int | None
    """Of the group's series, from 1, where the sample is stratified."""
    rank: str | None
    """SHA-256 of `seed:recording_id`; None by hand."""
    chosen: int
    method: Method
    seed: int | None
    drawn_at: datetime
    reason: str
