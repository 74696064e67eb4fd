"""Every stretch of the quality log was covered by the consent that it names, or it is told."""

from datetime import timedelta

import pytest

from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.kit.db import now
from app.quality import provenance
from app.quality.models import QualitySample
from app.recordings.provenance import CLOCKS, Book, Objection
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep

SECONDS = 10.0


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


async def found(kept: Kept) -> tuple[int, list[Objection]]:
    async with kept.context.database.reading() as db:
        book = Book(await consent.chain(db, kept.cast.group_id))
        count, faults = await provenance.examine(db, kept.cast.group_id, book)
    return count, [fault.objection for fault in faults]


async def sampled(kept: Kept, row: ConsentDecision, ends_s: float) -> None:
    """A stretch that ends so long after that row was written, under bob's consent to be studied."""
    async with kept.context.database.transaction() as db:
        given = await consent.chain(db, kept.cast.group_id)
        of_bob = (r for r in given if (r.user_id, r.purpose) == (kept.cast.bob.id, "indexing"))
        sample = QualitySample(
            meeting_id=kept.meeting.id,
            user_id=kept.cast.bob.id,
            consent_id=next(of_bob).id,
            started_at=row.decided_at + timedelta(seconds=ends_s - SECONDS),
            seconds=SECONDS,
        )
        db.add(sample)


async def test_a_stretch_that_the_consent_covered_is_good(kept: Kept) -> None:
    async with kept.context.database.reading() as db:
        given = (await consent.latest_of(db, kept.cast.bob.id, kept.cast.group_id))[
            Purpose.INDEXING
        ]
    await sampled(kept, given, SECONDS + 1)
    assert await found(kept) == (1, [])

    await sampled(kept, given, SECONDS - 2 * CLOCKS.total_seconds())
    assert await found(kept) == (2, [Objection.LATER])


@pytest.mark.parametrize("keeps_earlier", [True, False])
@pytest.mark.parametrize(
    ("ends_s", "objections"),
    [(1.0, []), (6.0, [Objection.RAN_ON]), (SECONDS + 4, [Objection.ENDED])],
)
async def test_a_stretch_of_after_the_withdrawal_is_told(
    kept: Kept, keeps_earlier: bool, ends_s: float, objections: list[Objection]
) -> None:
    bob, purpose = kept.cast.bob, Purpose.INDEXING
    soon = now() + timedelta(minutes=5)
    ended = await kept.decide(
        bob, purpose, Decision.WITHDRAWN, keeps_earlier=keeps_earlier, at=soon
    )
    await sampled(kept, ended, ends_s)

    assert await found(kept) == (1, objections)
