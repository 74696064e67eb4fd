"""What programmes take and give on HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.accounts.forms import Email
from app.kit.http import Form, Public
from app.programmes.models import ProgrammeRole

Title = Annotated[str, Field(min_length=1, max_length=200)]
Prose = Annotated[str, Field(max_length=5000)]
Short = Annotated[str, Field(max_length=300)]
Days = Annotated[int, Field(ge=1, le=36_500)]
WarningDays = Annotated[int, Field(ge=1, le=365)]


class ProgrammeCreate(Form):
    name: Title
    description: Prose = ""
    controller: Short = ""
    contact: Short = ""
    retention_days: Days = 365
    warning_days: WarningDays = 30


class ProgrammeUpdate(Form):
    """How long material is kept is changed where its consequences are seen: `…/retention`."""

    name: Title | None = None
    description: Prose | None = None
    controller: Short | None = None
    contact: Short | None = None


class ProgrammePublic(Public):
    id: UUID
    name: str
    description: str
    controller: str
    contact: str
    retention_days: int
    warning_days: int
    created_at: datetime


class StaffAppoint(Form):
    email: Email
    role: ProgrammeRole


class StaffPublic(Public):
    user_id: UUID
    name: str
    email: str | None
    role: ProgrammeRole
