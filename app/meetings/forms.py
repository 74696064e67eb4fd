"""What meetings take and give on HTTP."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Field

from app.kit.http import Form, Public
from app.kit.tokens import Scope
from app.meetings.models import MeetingKind, MeetingState

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _within_reason(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("a time between the years 2000 and 2200")
    return moment.astimezone(UTC)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not known, a folder, a path
        raise ValueError("a time zone of the IANA database") from None
    return name


Minutes = Annotated[int, Field(ge=15, le=480)]
StartTime = Annotated[AwareDatetime, AfterValidator(_within_reason)]
TimeZone = Annotated[str, Field(max_length=60), AfterValidator(_known_zone)]


class SeriesCreate(Form):
    """One to twelve meetings at once; six to eight are usual."""

    group_id: UUID
    count: int = Field(default=1, ge=1, le=12)
    starts_at: StartTime
    every_days: int = Field(default=28, ge=1, le=366)
    time_zone: TimeZone = "Europe/Helsinki"
    """Where the clock on the wall shows the same hour at every meeting, summer and winter."""
    duration_min: Minutes = 90
    kind: MeetingKind = MeetingKind.MENTORING
    title: str = Field(default="", max_length=200)


class MeetingUpdate(Form):
    title: str | None = Field(default=None, max_length=200)
    starts_at: StartTime | None = None
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


class StreamCreate(Form):
    """`publish`: send sound and picture (WHIP, RFC 9725); `watch`: receive them (WHEP)."""

    scope: Scope


class StreamPublic(Public):
    """The bearer token that a program sends, and the address for each of the two scopes."""

    token: str
    scope: Scope
    expires_at: AwareDatetime
    publish_url: str
    watch_url: str


class JoinPublic(Public):
    """Where the meeting's websocket is, and the token that opens it within 60 seconds."""

    url: str
    token: str
