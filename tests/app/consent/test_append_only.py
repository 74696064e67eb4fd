"""The database itself keeps the ledger as it was written, and knows where it ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, text

from app.consent import ledger, service
from app.consent.ledger import Reason
from app.consent.models import ConsentHead, Decision, Purpose
from app.kit import migrate
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.kept import Kept, keep
from tests.fixtures.meddled import opened
from tests.fixtures.postgres import Server

CHANGES = ["UPDATE consent_decisions SET decision = 'granted'", "DELETE FROM consent_decisions"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    settings = settings_at(tmp_path)
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres_server")
        settings = settings_at(tmp_path, server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        yield await keep(running, await assemble(running))


async def broken(kept: Kept) -> Reason | None:
    group_id = kept.cast.group_id
    async with kept.context.database.reading() as db:
        found = ledger.verify(await service.chain(db, group_id), await service.head(db, group_id))
    return found.reason if found else None


async def run(kept: Kept, *statements: str) -> None:
    async with kept.context.database.transaction() as db:
        for statement in statements:
            await (await db.connection()).execute(text(statement))


async def test_the_database_refuses_to_change_the_ledger(kept: Kept) -> None:
    is_postgres = kept.context.database.engine.dialect.name == "postgresql"
    for change in [*CHANGES, *["TRUNCATE consent_decisions CASCADE"] * is_postgres]:
        with pytest.raises(DBAPIError, match="append-only"):
            await run(kept, change)

    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    assert await broken(kept) is None


async def test_heads_of_ledgers_from_before_are_those_of_their_chains(kept: Kept) -> None:
    settings = kept.context.settings
    await asyncio.to_thread(migrate.downgrade, settings, "workers")
    await run(kept, CHANGES[1] + " WHERE 1 = 0")  # nobody refuses it then
    await asyncio.to_thread(migrate.upgrade, settings)

    async with kept.context.database.reading() as db:
        (head,) = (await db.exec(select(ConsentHead).order_by(col(ConsentHead.group_id)))).all()
        rows = await service.chain(db, kept.cast.group_id)
    assert (head.group_id, head.length, head.hash) == (kept.cast.group_id, len(rows), rows[-1].hash)
    with pytest.raises(DBAPIError, match="append-only"):
        await run(kept, CHANGES[0])


async def test_what_is_cut_off_at_the_end_is_missed_also_after_the_next_decision(
    kept: Kept,
) -> None:
    withdrawn = await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    async with kept.context.database.transaction() as db:
        await opened(db)
        found = await service.chain(db, kept.cast.group_id)
        await db.delete(found[-1])
    assert found[-1].id == withdrawn.id
    assert await broken(kept) == Reason.HEAD

    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    assert await broken(kept) == Reason.SEQUENCE
