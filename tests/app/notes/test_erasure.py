"""Notes go when their time is over: the programme's, or the shortest that anybody was promised."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.kit import audit
from app.kit.db import now
from app.notes.erasure import erase
from app.programmes.models import Programme, RetentionChange
from app.retention import holds
from tests.fixtures.noted import Noted, jot

DAY = timedelta(days=1)


@pytest.fixture
async def old(meeting: Noted) -> Noted:
    """Two notes, 100 days old and a minute apart; the programme keeps its material for 100."""
    at = now() - 100 * DAY
    await jot(meeting.context, meeting.meeting, meeting.cast.olga, "ensimmäinen", at)
    later = at + timedelta(minutes=1)
    await jot(meeting.context, meeting.meeting, meeting.cast.alice, "toinen", later)
    async with meeting.context.database.transaction() as db:
        programme = await db.get_one(Programme, meeting.cast.programme_id)
        programme.retention_days = 100
    return meeting


async def test_the_notes_of_a_meeting_go_together_and_the_log_counts_them(old: Noted) -> None:
    assert await erase(old.context.database, now() - timedelta(minutes=5)) == 0
    assert len(await old.rows()) == 2

    assert await erase(old.context.database, now()) == 2

    assert await old.rows() == []
    async with old.context.database.reading() as db:
        query = select(audit.AuditEntry).where(audit.AuditEntry.deed == "erased")
        (entry,) = (await db.exec(query)).all()
    assert (entry.object_kind, entry.meeting_id) == ("notes", old.meeting.id)
    assert (entry.details, entry.actor_role) == ({"notes": 2}, "worker")
    assert await erase(old.context.database, now()) == 0


@pytest.mark.parametrize("held", ["programme", "group", "recording"])
async def test_a_hold_keeps_them(held: str, old: Noted) -> None:
    cast = old.cast
    async with old.context.database.transaction() as db:
        hold = await holds.set_hold(
            db,
            cast.coordinator.actor,
            cast.programme_id,
            group_id=cast.group_id if held == "group" else None,
            recording_id=old.recording.id if held == "recording" else None,
            reason="Riita",
        )
    assert await erase(old.context.database, now()) == 0
    async with old.context.database.transaction() as db:
        await holds.lift(db, cast.coordinator.actor, hold.id)
    assert await erase(old.context.database, now()) == 2


async def test_what_was_promised_is_kept_also_when_the_programme_keeps_longer(old: Noted) -> None:
    """Bob agreed while the text said 100 days; from now on it says 400."""
    answer = await old.cast.bob.client.post(
        f"/api/v1/groups/{old.cast.group_id}/consents/me",
        json={
            "purpose": "audio",
            "decision": "granted",
            "text_version": 1,
            "text_language": "fi",
        },
    )
    assert answer.status_code == 201, answer.text
    async with old.context.database.transaction() as db:
        programme = await db.get_one(Programme, old.cast.programme_id)
        programme.retention_days = 400
        change = RetentionChange(
            programme_id=programme.id,
            days_before=100,
            days_after=400,
            changed_by=old.cast.coordinator.id,
        )
        db.add(change)
    assert await erase(old.context.database, now()) == 2


async def test_another_programme_is_left_alone(old: Noted) -> None:
    database = old.context.database
    assert await erase(database, now(), programme_id=old.meeting.id) == 0
    assert await erase(database, now(), programme_id=old.cast.programme_id) == 2
