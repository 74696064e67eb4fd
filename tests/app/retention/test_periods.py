"""Two limits, the shorter wins: what is in force, and what the text said."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.consent.models import Purpose
from app.retention.periods import OPEN_FOR, in_force, parts, promised

START = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Changed:
    at: datetime
    days_before: int
    days_after: int


@dataclass
class Granted:
    id: UUID
    user_id: UUID
    purpose: Purpose
    decided_at: datetime


def history(periods: list[int], every: timedelta = 10 * DAY) -> list[Changed]:
    return [
        Changed(START + every * number, before, after)
        for number, (before, after) in enumerate(pairwise(periods), start=1)
    ]


def test_the_period_of_a_time_is_read_from_the_changes_after_it() -> None:
    changes = history([365, 100, 730])
    assert [in_force(changes, 730, START + day * DAY) for day in (0, 9, 10, 15, 20)] == [
        *(365, 365, 100, 100, 730),
    ]
    assert in_force([], 365, START) == 365


def test_a_longer_period_reaches_only_what_is_agreed_to_afterwards() -> None:
    changes = history([365, 730])
    assert promised(changes, 730, START) == 365
    assert promised(changes, 730, START + 10 * DAY + OPEN_FOR) == 730


def test_a_page_that_stood_open_promised_the_shortest_it_can_have_shown() -> None:
    changes = history([365, 730])
    just_after = START + 10 * DAY + timedelta(minutes=5)
    assert promised(changes, 730, just_after) == 365
    assert promised(history([730, 365]), 365, just_after) == 365


def test_a_shorter_period_reaches_what_was_agreed_to_before() -> None:
    grant = Granted(UUID(int=1), UUID(int=2), Purpose.AUDIO, START)
    (part,) = parts(START, [grant], history([365, 30]), 30)
    assert (part.promised, part.ends_at) == (365, START + 30 * DAY)


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=6), st.integers(0, 80))
def test_nothing_is_kept_longer_than_either_limit(periods: list[int], day: int) -> None:
    changes, current, agreed = history(periods), periods[-1], START + day * DAY
    grant = Granted(UUID(int=1), UUID(int=2), Purpose.VIDEO, agreed)
    (part,) = parts(START, [grant], changes, current)
    limits = {current, in_force(changes, current, agreed), in_force(changes, current, agreed - DAY)}
    assert part.ends_at <= START + min(limits) * DAY
    assert part.ends_at >= START + min([*periods]) * DAY
