"""A meeting that nobody ended ends by itself, but never while somebody may still be in it."""

from datetime import timedelta

import pytest

from app.kit.db import now
from app.meetings.abandonment import PATIENCE, end_abandoned
from app.meetings.models import Lease, Meeting, MeetingState, Node
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

LONG = timedelta(minutes=60) + PATIENCE


@pytest.mark.parametrize(
    ("ago", "state", "hosted", "ends"),
    [
        (LONG + timedelta(minutes=1), "open", False, True),
        (LONG - timedelta(minutes=1), "open", False, False),
        (LONG + timedelta(minutes=1), "open", True, False),
        (LONG + timedelta(minutes=1), "scheduled", False, False),
    ],
)
async def test_only_a_meeting_that_is_long_over_and_lives_nowhere_is_ended(
    running: Application, cast: Cast, ago: timedelta, state: str, hosted: bool, ends: bool
) -> None:
    meeting = Meeting(
        group_id=cast.group_id,
        starts_at=now() - ago,
        duration_min=60,
        state=MeetingState(state),
    )
    async with running.context.database.transaction() as db:
        db.add(meeting)
        db.add(Node(name="n", port=1, expires_at=now()))
        await db.flush()
        lease = now() + timedelta(seconds=10 if hosted else -10)
        db.add(Lease(meeting_id=meeting.id, node_name="n", expires_at=lease))

    async with running.context.database.transaction() as db:
        ended = await end_abandoned(db)

    assert ended == ([meeting.id] if ends else [])
    async with running.context.database.reading() as db:
        found = await db.get_one(Meeting, meeting.id)
    assert (found.state == MeetingState.ENDED) is ends
    assert (found.ended_at is not None) is ends
