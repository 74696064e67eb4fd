"""Whose microphone and camera were on is known as long as the programme keeps a recording."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.kit import audit
from app.recordings.models import PublicationSpan, Recording, RecordingState, Source
from app.retention.erasure import run
from app.retention.models import LegalHold
from tests.fixtures.kept import Kept

DAY = timedelta(days=1)


@pytest.fixture
async def noted(kept: Kept) -> Kept:
    """Carol, who agreed to nothing, spoke for a while."""
    starts, carol = kept.recording.started_at, kept.cast.carol.id
    async with kept.context.database.transaction() as db:
        span = PublicationSpan(
            recording_id=kept.recording.id,
            user_id=carol,
            source=Source.MICROPHONE,
            started_at=starts,
            ended_at=starts + timedelta(seconds=9),
        )
        db.add(span)
        recording = await db.get_one(Recording, kept.recording.id)
        recording.missing = [{"user_id": str(carol), "reason": "no_consent"}]
    return kept


async def known(kept: Kept) -> tuple[int, object]:
    async with kept.context.database.reading() as db:
        spans = (await db.exec(select(PublicationSpan))).all()
        return len(spans), (await db.get_one(Recording, kept.recording.id)).missing


async def run_at(kept: Kept, days: int, *, less: timedelta = timedelta(0)) -> None:
    moment = kept.recording.started_at + days * DAY - less
    await run(kept.context.database, kept.store, moment)


async def test_it_goes_on_the_day_and_not_before(noted: Kept) -> None:
    before = await known(noted)
    await run_at(noted, 365, less=timedelta(seconds=1))
    assert await known(noted) == before

    await run_at(noted, 365)

    assert await known(noted) == (0, None)
    async with noted.context.database.reading() as db:
        rows = (await db.exec(select(audit.AuditEntry))).all()
    assert [row.details for row in rows if "spans" in row.details] == [{"spans": 1}]
    await run_at(noted, 366)


async def test_it_outlives_no_recording_that_was_withdrawn_before(noted: Kept) -> None:
    async with noted.context.database.transaction() as db:
        (await db.get_one(Recording, noted.recording.id)).state = RecordingState.ERASED

    await run_at(noted, 365)

    assert await known(noted) == (0, None)


@pytest.mark.parametrize("why", ["held", "at work"])
async def test_what_is_held_or_at_work_waits(noted: Kept, why: str) -> None:
    before = await known(noted)
    async with noted.context.database.transaction() as db:
        if why == "held":
            setter = noted.cast.coordinator.id
            programme_id = noted.cast.programme_id
            db.add(LegalHold(programme_id=programme_id, reason="Riita", set_by=setter))
        else:
            (await db.get_one(Recording, noted.recording.id)).state = RecordingState.RUNNING

    await run_at(noted, 400)

    assert await known(noted) == before
