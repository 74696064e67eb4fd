"""What the front page tells a coordinator to see to, until it is seen to."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.kit.audit import AuditEntry, Deed
from app.kit.db import now
from app.kit.ids import new_id
from app.kit.permissions import Action, Role, may
from app.programmes.models import Programme
from app.recordings.models import Recording
from tests.app.web.test_erasures import erased, page
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep

COPIES = "Ask for their deletion"
ENDING = "recordings whose time ends soon: 1"


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


async def export(kept: Kept) -> None:
    path = f"/api/v1/meetings/{kept.meeting.id}/export"
    assert (await kept.cast.coordinator.client.get(path)).is_success


async def see_to(kept: Kept, role: Role = Role.COORDINATOR, user_id: Any = None) -> int:
    who = user_id or kept.cast.bob.id
    path = f"/api/v1/groups/{kept.cast.group_id}/exports/{who}/seen-to"
    return (await kept.cast.with_role(role).client.post(path)).status_code


async def test_copies_of_who_withdrew_are_told_of_until_they_are_seen_to(kept: Kept) -> None:
    coordinator, group = kept.cast.coordinator, f"/groups/{kept.cast.group_id}/exports"
    await export(kept)
    await export(kept)
    assert COPIES not in (await page(kept, coordinator, "/"))[1]

    await erased(kept)
    _, text = await page(kept, coordinator, "/")
    assert "whose time is over: 2. " + COPIES in text
    assert f'href="{group}"' in text

    assert await see_to(kept) == 204
    assert COPIES not in (await page(kept, coordinator, "/"))[1]
    assert "Nobody whose material" in (await page(kept, coordinator, group))[1]
    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == Deed.COPIES_SEEN_TO)
        (entry,) = (await db.exec(query)).all()
    assert (entry.actor_id, entry.subject_id) == (coordinator.id, kept.cast.bob.id)

    await kept.decide(kept.cast.bob, Purpose.VIDEO, Decision.WITHDRAWN)
    assert COPIES in (await page(kept, coordinator, "/"))[1], "a later withdrawal asks anew"


@pytest.mark.parametrize("role", list(Role))
async def test_who_may_export_is_told_and_may_see_to_it(kept: Kept, role: Role) -> None:
    await export(kept)
    await erased(kept)

    told = COPIES in (await page(kept, kept.cast.with_role(role), "/"))[1]
    assert told == may([role], Action.EXPORT)
    assert await see_to(kept, role) == (204 if told else 403)


async def test_nobody_elses_copies_are_seen_to(kept: Kept) -> None:
    assert await see_to(kept, user_id=new_id()) == 404
    assert await see_to(kept, user_id=kept.cast.mallory.id) == 404


async def test_recordings_that_are_erased_soon_are_told_of_with_the_day(kept: Kept) -> None:
    coordinator = kept.cast.coordinator
    assert ENDING not in (await page(kept, coordinator, "/"))[1]
    async with kept.context.database.transaction() as db:
        programme = await db.get_one(Programme, kept.cast.programme_id)
        recording = await db.get_one(Recording, kept.recording.id)
        age = now() - recording.started_at
        programme.retention_days = age.days + programme.warning_days
        ends_at = recording.started_at + timedelta(days=programme.retention_days)

    _, text = await page(kept, coordinator, "/")
    assert ENDING in text
    assert f'datetime="{ends_at.isoformat()}"' in text
    assert ENDING not in (await page(kept, kept.cast.researcher, "/"))[1]

    async with kept.context.database.transaction() as db:
        programme = await db.get_one(Programme, kept.cast.programme_id)
        programme.retention_days = age.days  # over, and the worker has not looked yet
    _, text = await page(kept, coordinator, "/")
    assert "The time of the first is over already" in text
    assert "The first are erased on" not in text
