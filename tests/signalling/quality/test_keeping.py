"""The log is written in batches, and a database that is away disturbs nobody."""

import asyncio
import logging

import pytest
from sqlalchemy import text

from app.consent.models import Decision, Purpose
from signalling.quality import keeping
from signalling.quality.keeping import Keeper
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import keep
from tests.fixtures.observed import CLEAN, Observed, observe


@pytest.fixture
async def observed(running: Application, cast: Cast) -> Observed:
    return await observe(await keep(running, cast))


@pytest.fixture
def keeper(observed: Observed) -> Keeper:
    return Keeper(observed.kept.context.database)


async def empty(keeper: Keeper) -> None:
    async with asyncio.timeout(10):
        while keeper.waiting:
            await asyncio.sleep(0.01)


async def rename(observed: Observed, old: str, new: str) -> None:
    async with observed.kept.context.database.transaction() as db:
        await db.exec(text(f"ALTER TABLE {old} RENAME TO {new}"))  # type: ignore[call-overload]


async def test_more_than_a_batch_is_written_whole(
    observed: Observed, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 7)
    before = len(await observed.rows())
    keeper.add(observed.sample(CLEAN, place) for place in range(20))

    keeper.write_soon()
    await empty(keeper)

    assert len(await observed.rows()) == before + 20


async def test_while_the_database_is_away_it_waits_and_nothing_else_does(
    observed: Observed, keeper: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(await observed.rows())
    await rename(observed, "quality_samples", "away")
    keeper.add([observed.sample(CLEAN, 9)])
    with caplog.at_level(logging.WARNING):
        await keeper.close()
    assert "the quality log waits" in caplog.text
    assert keeper.waiting == 1

    await rename(observed, "away", "quality_samples")
    await keeper.close()

    assert keeper.waiting == 0
    assert len(await observed.rows()) == before + 1


async def test_what_waits_for_too_long_gives_way_to_what_is_new(
    observed: Observed, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_WAITING", 5)
    keeper = Keeper(observed.kept.context.database)
    keeper.add(observed.sample(CLEAN, place) for place in range(9))

    assert keeper.waiting == 5


async def test_what_waits_of_one_who_withdrew_is_thrown_away(
    observed: Observed, keeper: Keeper
) -> None:
    meeting, bob = observed.kept.meeting.id, observed.kept.cast.bob.id
    keeper.add([observed.sample(CLEAN, 9)])

    keeper.hold_to(meeting, {bob: observed.consent_id, observed.kept.cast.alice.id: None})
    assert keeper.waiting == 1
    keeper.hold_to(meeting, {bob: None})
    assert keeper.waiting == 0


async def test_what_the_ledger_does_not_allow_is_not_written_and_does_not_wait(
    observed: Observed, keeper: Keeper
) -> None:
    kept = observed.kept
    before = len(await observed.rows())
    keeper.add([observed.sample(CLEAN, 9)])
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

    await keeper.close()

    assert keeper.waiting == 0
    assert len(await observed.rows()) == before
