"""What meetings take and give on HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.kit.http import Form, Public
from app.meetings.models import MeetingKind, MeetingState

Minutes = Annotated[int, Field(ge=15, le=480)]


class SeriesCreate(Form):
    """One to twelve meetings at once; six to eight are usual."""

    group_id: UUID
    count: int = Field(default=1, ge=1, le=12)
    starts_at: AwareDatetime
    every_days: int = Field(default=28, ge=1, le=366)
    duration_min: Minutes = 90
    kind: MeetingKind = MeetingKind.MENTORING
    title: str = Field(default="", max_length=200)


class MeetingUpdate(Form):
    title: str | None = Field(default=None, max_length=200)
    starts_at: AwareDatetime | None = None
    duration_min: Minutes | None = None


class MeetingPublic(Public):
    id: UUID
    group_id: UUID
    kind: MeetingKind
    title: str
    ordinal: int
    starts_at: AwareDatetime
    duration_min: int
    state: MeetingState
    opened_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class Series(Public):
    items: list[MeetingPublic]


class JoinPublic(Public):
    """Where the meeting's websocket is, and the token that opens it within 60 seconds."""

    url: str
    token: str
