"""Erasing on PostgreSQL: its types, its locks, and many decisions at once."""

import asyncio
from pathlib import Path

import pytest

from app.consent import ledger, service
from app.consent.models import Decision, Purpose
from app.kit import migrate
from app.recordings.models import RecordingState
from app.turns.erasure import erase_withdrawn
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.kept import keep
from tests.fixtures.postgres import Server


@pytest.mark.postgres
async def test_a_withdrawal_among_many_decisions_erases_what_it_reaches(
    postgres_server: Server, tmp_path: Path
) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        kept = await keep(running, cast)

        await asyncio.gather(
            kept.decide(cast.bob, Purpose.AUDIO, Decision.WITHDRAWN),
            *(kept.decide(cast.olga, purpose, Decision.GRANTED) for purpose in Purpose),
        )
        await asyncio.gather(*(erase_withdrawn(kept.context.database, kept.store) for _ in "ab"))

        async with kept.context.database.reading() as db:
            rows = await service.chain(db, cast.group_id)
        assert ledger.verify(rows) is None
        assert {file.user_id for file in await kept.files()} == {cast.alice.id}
        assert await kept.state() == RecordingState.CLAIMED
        turns = (await cast.researcher.client.get(f"{kept.path}/turns")).json()
        assert turns["items"] == []
