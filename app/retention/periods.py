"""When the time of a recording is over, person by person. Pure.

Two limits hold at once, and the shorter wins: the programme's period as it is now, and the period
that stood in the text when the person agreed. So a period can be shortened at any time, and
lengthening it reaches only what people agree to from then on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from app.consent.models import Purpose

OPEN_FOR = timedelta(days=1)
"""A consent may be given on a page opened so long before; whatever period stood there meanwhile may
be what the person read, so the shortest counts. Lower: a page left open overnight may have promised
less than we keep. Higher: a lengthened period is longer in coming."""


class Change(Protocol):
    """The period was one before this moment and another after it."""

    @property
    def at(self) -> datetime: ...

    @property
    def days_before(self) -> int: ...

    @property
    def days_after(self) -> int: ...


class Obstacle(StrEnum):
    """Why what is due is not erased at once."""

    HELD = "held"
    AT_WORK = "at_work"
    """It is still written; the next run looks again."""


class Agreed(Protocol):
    """A grant in the ledger."""

    @property
    def id(self) -> UUID: ...

    @property
    def user_id(self) -> UUID: ...

    @property
    def purpose(self) -> Purpose: ...

    @property
    def decided_at(self) -> datetime: ...


class Part(NamedTuple):
    """What one grant of one person allows to keep of a recording."""

    user_id: UUID
    consent_id: UUID
    purpose: Purpose
    promised: int
    """Days, as the text said when it was given."""
    ends_at: datetime


@dataclass(frozen=True)
class Deadline:
    """How long one recording may be kept."""

    recording_id: UUID
    meeting_id: UUID
    group_id: UUID
    programme_id: UUID
    recorded_at: datetime
    warning: timedelta
    parts: tuple[Part, ...]
    whole_ends_at: datetime
    """When also what rests on nobody's consent goes: by the programme's period."""
    obstacle: Obstacle | None
    hold_id: UUID | None

    @property
    def first_ends_at(self) -> datetime:
        return min([part.ends_at for part in self.parts], default=self.whole_ends_at)

    def is_due(self, now: datetime) -> bool:
        return self.first_ends_at <= now

    def is_near(self, now: datetime) -> bool:
        """Whether it is time to warn."""
        return self.first_ends_at - self.warning <= now

    def over(self, now: datetime) -> list[Part]:
        """What is allowed no longer: what rests on these grants goes."""
        return [part for part in self.parts if part.ends_at <= now]

    def days_left(self, now: datetime) -> int:
        """Whole days until something is erased; 0 on the last day and after it."""
        return max(0, (self.first_ends_at - now).days)

    @property
    def kept_shorter(self) -> bool:
        """Whether somebody was promised less than the programme's period."""
        return any(part.ends_at < self.whole_ends_at for part in self.parts)


def in_force(changes: Sequence[Change], current: int, at: datetime) -> int:
    """The programme's period at that time, in days; changes in order of time."""
    return next((change.days_before for change in changes if change.at > at), current)


def promised(changes: Sequence[Change], current: int, agreed_at: datetime) -> int:
    """The shortest period that the text can have shown to one who agreed at that time, in days."""
    shown = [in_force(changes, current, agreed_at - OPEN_FOR)]
    shown += [c.days_after for c in changes if agreed_at - OPEN_FOR < c.at <= agreed_at]
    return min(shown)


def shortest(changes: Sequence[Change], current: int, agreed_at: Iterable[datetime]) -> int:
    """Days for what rests on several agreements: the period now, or the least that was promised."""
    return min([current, *(promised(changes, current, at) for at in agreed_at)])


def parts(
    recorded_at: datetime, grants: Iterable[Agreed], changes: Sequence[Change], current: int
) -> tuple[Part, ...]:
    """What each grant allows, the first to end first."""
    found = []
    for grant in grants:
        days = promised(changes, current, grant.decided_at)
        ends_at = recorded_at + timedelta(days=min(days, current))
        found.append(Part(grant.user_id, grant.id, Purpose(grant.purpose), days, ends_at))
    return tuple(sorted(found, key=lambda part: (part.ends_at, part.consent_id)))


def due(deadlines: Iterable[Deadline], now: datetime) -> list[Deadline]:
    """Those that a run would erase from now."""
    return [each for each in deadlines if each.is_due(now) and each.obstacle is None]
