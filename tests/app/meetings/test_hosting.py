"""Whose journal may hold what was said in a group's meetings, and what that casts doubt on."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from app.groups.models import Group
from app.kit.db import now
from app.kit.ids import new_id
from app.meetings import hosting, placement
from app.meetings.models import Lease, Meeting
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

ONE, OTHER, THIRD = new_id(), new_id(), new_id()


@pytest.fixture
async def db(running: Application, cast: Cast) -> AsyncIterator[AsyncSession]:
    assert cast.group_id  # it is there before this begins to write
    async with running.context.database.transaction() as found:
        await placement.heartbeat(found, name="n", public_url="", port=1, participants=0)
        yield found


async def meeting_of(db: AsyncSession, cast: Cast) -> Meeting:
    meeting = Meeting(group_id=cast.group_id, starts_at=now())
    db.add(meeting)
    await db.flush()
    return meeting


async def test_what_is_handed_over_or_ones_own_casts_no_doubt(db: AsyncSession, cast: Cast) -> None:
    meeting = await meeting_of(db, cast)
    assert not await hosting.begin(db, meeting, ONE, 5)
    assert not await hosting.begin(db, meeting, ONE, 6)  # the same disk, after a restart
    await hosting.end(db, meeting.id, ONE)
    assert not await hosting.begin(db, meeting, OTHER, 7)
    assert await hosting.unknown_to(db, cast.group_id, OTHER) == 0


async def test_a_journal_is_given_up_once_and_counts_until_it_is_read(
    db: AsyncSession, cast: Cast
) -> None:
    meeting = await meeting_of(db, cast)
    await hosting.begin(db, meeting, ONE, 5)
    assert await hosting.begin(db, meeting, OTHER, 7)
    assert not await hosting.begin(db, meeting, OTHER, 9)
    assert await hosting.unknown_to(db, cast.group_id, OTHER) == 7
    assert await hosting.unknown_to(db, cast.group_id, ONE) == 0  # OTHER is at work

    assert await hosting.begin(db, meeting, THIRD, 11)  # OTHER went away, too
    assert await hosting.unknown_to(db, cast.group_id, THIRD) == 11
    await hosting.end_all(db, OTHER)
    assert await hosting.unknown_to(db, cast.group_id, THIRD) == 7
    await hosting.end_all(db, ONE)
    assert await hosting.unknown_to(db, cast.group_id, THIRD) == 0


@pytest.mark.parametrize("lives", [True, False])
async def test_the_groups_next_meeting_doubts_what_was_said_in_one_that_nobody_hosts(
    db: AsyncSession, cast: Cast, *, lives: bool
) -> None:
    first, second = [await meeting_of(db, cast) for _ in "ab"]
    await hosting.begin(db, first, ONE, 5)
    until = now() + timedelta(seconds=15 if lives else -1)
    db.add(Lease(meeting_id=first.id, node_name="n", expires_at=until))
    await db.flush()
    assert not await hosting.begin(db, second, OTHER, 7)  # whether it is on the record, is known
    assert await hosting.unknown_to(db, cast.group_id, OTHER) == (0 if lives else 7)


async def test_another_groups_journals_are_no_matter(db: AsyncSession, cast: Cast) -> None:
    group = Group(programme_id=cast.programme_id, name="Toinen")
    db.add(group)
    await db.flush()
    elsewhere = Meeting(group_id=group.id, starts_at=now())
    db.add(elsewhere)
    await db.flush()
    await hosting.begin(db, elsewhere, ONE, 5)
    await hosting.begin(db, await meeting_of(db, cast), OTHER, 7)
    assert await hosting.unknown_to(db, cast.group_id, OTHER) == 0
    assert await hosting.unknown_to(db, group.id, OTHER) == 0
