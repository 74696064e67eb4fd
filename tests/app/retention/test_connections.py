"""The quality log is kept no longer than was promised, and not erased while it is held."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.consent.models import ConsentDecision
from app.kit import audit
from app.programmes.models import Programme, RetentionChange
from app.retention import connections, holds
from tests.fixtures.kept import Kept
from tests.fixtures.observed import CLEAN, Observed, observe

DAY = timedelta(days=1)


@pytest.fixture
async def observed(kept: Kept) -> Observed:
    """Four stretches of bob, of 15 s each, from the beginning of the meeting on."""
    return await observe(kept)


async def erased_after(observed: Observed, days: int) -> int:
    moment = observed.kept.meeting.starts_at + days * DAY + timedelta(minutes=1)
    database = observed.kept.context.database
    return await connections.erase(database, moment, doer=audit.WORKER)


async def test_it_is_kept_as_long_as_the_programme_keeps_its_recordings(observed: Observed) -> None:
    assert await erased_after(observed, 364) == 0
    assert await erased_after(observed, 365) == 4
    assert await observed.rows() == []
    async with observed.kept.context.database.reading() as db:
        rows = (await db.exec(select(audit.AuditEntry))).all()
    (entry,) = [row for row in rows if row.object_kind == "quality"]
    assert (entry.deed, entry.actor_role, entry.subject_id, entry.details) == (
        "erased",
        "worker",
        observed.kept.cast.bob.id,
        {"stretches": 4},
    )


async def test_what_is_older_goes_first(observed: Observed) -> None:
    kept = observed.kept
    async with kept.context.database.transaction() as db:
        (await db.get_one(Programme, kept.cast.programme_id)).retention_days = 30
    old = observed.sample(CLEAN)
    old.started_at -= 31 * DAY
    await observed.store(old)

    assert await erased_after(observed, 0) == 1
    assert len(await observed.rows()) == 4


async def test_a_shorter_promise_wins(observed: Observed) -> None:
    """Bob agreed while the text said 100 days; the programme says 365 since."""
    cast = observed.kept.cast
    async with observed.kept.context.database.transaction() as db:
        grant = await db.get_one(ConsentDecision, observed.consent_id)
        change = RetentionChange(
            programme_id=cast.programme_id,
            at=grant.decided_at + DAY,
            days_before=100,
            days_after=365,
            changed_by=cast.coordinator.id,
        )
        db.add(change)

    assert await erased_after(observed, 99) == 0
    assert await erased_after(observed, 100) == 4


@pytest.mark.parametrize("reach", ["programme", "group", "recording"])
async def test_a_hold_stops_it_until_it_is_lifted(observed: Observed, reach: str) -> None:
    cast, database = observed.kept.cast, observed.kept.context.database
    where = {
        "group_id": cast.group_id if reach == "group" else None,
        "recording_id": observed.kept.recording.id if reach == "recording" else None,
    }
    async with database.transaction() as db:
        actor = cast.coordinator.actor
        hold = await holds.set_hold(db, actor, cast.programme_id, reason="Riita", **where)

    assert await erased_after(observed, 400) == 0

    async with database.transaction() as db:
        await holds.lift(db, cast.coordinator.actor, hold.id)
    assert await erased_after(observed, 400) == 4
