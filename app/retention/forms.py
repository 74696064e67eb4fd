"""What retention takes and gives on HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.kit.http import Form, Public
from app.programmes.forms import Days, WarningDays
from app.retention.periods import Obstacle

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class RetentionUpdate(Form):
    retention_days: Days
    warning_days: WarningDays
    erases: int = Field(default=0, ge=0, le=1_000_000)
    """How many recordings you know will be erased at once by it: as the preview says."""


class HoldCreate(Form):
    """Of one recording, else of a group's, else of all of the programme."""

    group_id: UUID | None = None
    recording_id: UUID | None = None
    reason: Reason


class HoldPublic(Public):
    id: UUID
    programme_id: UUID
    group_id: UUID | None
    recording_id: UUID | None
    reason: str
    set_by: UUID
    set_at: datetime
    lifted_by: UUID | None
    lifted_at: datetime | None


class DeadlinePublic(Public):
    """When something of a recording is erased, and what stands in the way."""

    recording_id: UUID
    meeting_id: UUID
    group_id: UUID
    recorded_at: datetime
    first_ends_at: datetime
    """The first of it goes then."""
    whole_ends_at: datetime
    """All of it is gone by then."""
    kept_shorter: bool
    """Somebody agreed under a shorter period than the programme's present one."""
    obstacle: Obstacle | None
    hold_id: UUID | None


class RetentionPublic(Public):
    retention_days: int
    warning_days: int
    recordings: list[DeadlinePublic]
    """All that hold anything, the first to be erased first."""
    holds: list[HoldPublic]


class ConsequencesPublic(Public):
    erased_at_once: list[DeadlinePublic]
    near: list[DeadlinePublic]
    promised_less: int
    """People who were promised less than this; what is kept of them goes when they were told."""
