"""On PostgreSQL a receipt says that deleted rows are not gone from its files."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.erasures.attesting import attest_all
from app.kit import migrate, receipts
from app.recordings.models import Erasure
from app.turns.erasure import erase_withdrawn
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.kept import keep
from tests.fixtures.postgres import Server


@pytest.mark.postgres
async def test_what_the_database_keeps_of_deleted_rows_is_named(
    postgres_server: Server, tmp_path: Path
) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        kept = await keep(running, cast)
        await kept.decide(cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
        await erase_withdrawn(kept.context.database, kept.store)

        await attest_all(kept.context.database, kept.store, kept.context.keys)

        async with kept.context.database.reading() as db:
            (erasure,) = (await db.exec(select(Erasure))).all()
        said = receipts.verify(erasure.receipt or "", kept.context.keys)
        assert said["not_reached"] == ["database_backups", "database_remains"]
