"""Nothing is written that no consent allows, and nothing twice."""

from app.consent.models import Decision, Purpose
from tests.fixtures.observed import CLEAN, Observed


async def test_what_a_standing_consent_allows_is_written_once(observed: Observed) -> None:
    before = len(await observed.rows())
    sample = observed.sample(CLEAN, 9)

    assert await observed.store(sample) == 1
    assert await observed.store(sample) == 0  # the answer to the first try was lost on the way

    assert len(await observed.rows()) == before + 1


async def test_what_was_measured_before_a_withdrawal_is_not_written_after_it(
    observed: Observed,
) -> None:
    before = len(await observed.rows())
    kept = observed.kept
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

    assert await observed.store(observed.sample(CLEAN, 9)) == 0
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.GRANTED)
    assert await observed.store(observed.sample(CLEAN, 9)) == 0

    assert len(await observed.rows()) == before
