"""A withdrawal takes the log of one person, and says so in the audit log."""

from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.kit.audit import AuditEntry
from app.meetings.models import Meeting
from app.quality.erasure import erase_withdrawn as erase
from app.quality.models import QualitySample
from app.turns.erasure import erase_withdrawn
from tests.fixtures.observed import CLEAN, Observed


async def test_without_a_withdrawal_nothing_changes(observed: Observed) -> None:
    before = await observed.rows()

    assert await erase(observed.kept.context.database) == 0

    assert await observed.rows() == before


async def test_what_a_withdrawal_reaches_is_erased_with_the_rest(observed: Observed) -> None:
    kept = observed.kept
    alices = await kept.decide(kept.cast.alice, Purpose.INDEXING, Decision.GRANTED)
    hers = observed.sample(CLEAN, 5, kept.cast.alice.id)
    hers.consent_id = alices.id
    await observed.store(hers)
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

    await erase_withdrawn(kept.context.database, kept.store)

    assert {row.user_id for row in await observed.rows()} == {kept.cast.alice.id}
    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.object_kind == "quality")
        (entry,) = (await db.exec(query)).all()
    assert (entry.subject_id, entry.details) == (kept.cast.bob.id, {"stretches": 4})


async def test_granting_again_brings_nothing_back(observed: Observed) -> None:
    kept = observed.kept
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.GRANTED)

    await erase(kept.context.database)

    assert await observed.rows() == []


async def test_another_purpose_withdrawn_leaves_it(observed: Observed) -> None:
    kept = observed.kept
    await kept.decide(kept.cast.bob, Purpose.QUOTATION, Decision.WITHDRAWN)

    assert await erase(kept.context.database) == 0


async def test_with_its_meeting_the_log_is_gone(observed: Observed) -> None:
    database = observed.kept.context.database
    async with database.transaction() as db:
        meeting = Meeting(
            group_id=observed.kept.cast.group_id, starts_at=observed.kept.meeting.starts_at
        )
        db.add(meeting)
    sample = observed.sample(CLEAN)
    sample.meeting_id = meeting.id
    await observed.store(sample)

    async with database.transaction() as db:
        await db.delete(await db.get_one(Meeting, meeting.id))

    async with database.reading() as db:
        assert await db.get(QualitySample, sample.id) is None
