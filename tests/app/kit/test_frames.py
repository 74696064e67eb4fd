"""Rows as columns: every id as its digits, a missing one as null, numbers as numbers."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col

from app.accounts.models import User
from app.kit import migrate
from app.kit.db import Database
from app.kit.frames import EpochSeconds, frame, key
from app.programmes.models import Programme
from app.turns.models import TurnRuleSet
from tests.fixtures.application import Application, application, settings_at
from tests.fixtures.postgres import Server

MOMENT = datetime(2026, 11, 26, 21, 59, 59, 999_700, tzinfo=UTC)
"""Nearer to the next second than a database rounds to."""
KEPT = {"bridge_pause_ms": 300, "laughter": "within", "technical_talk": "counted"}


async def columns_are_the_rows(database: Database) -> None:
    author, programme = User(name="Author"), Programme(name="Study", controller="University")
    other = Programme(name="Another", controller="University")
    rules = [
        TurnRuleSet(
            programme_id=programme.id,
            version=version,
            minimum_ms=-version,
            backchannel_max_ms=10**8 * version,
            made_by=author.id if version % 2 else None,
            made_at=MOMENT + timedelta(seconds=version),
            **KEPT,
        )
        for version in range(1, 8)
    ]
    async with database.transaction() as db:
        db.add_all([author, programme, other])
        await db.flush()
        db.add_all(rules)

    one = TurnRuleSet
    ids = {"rules": one.id, "author": one.made_by, "programme": one.programme_id}
    numbers = {
        **{"version": one.version, "least": one.minimum_ms, "most": one.backchannel_max_ms},
        "made_s": EpochSeconds(col(one.made_at)),
    }
    async with database.reading() as db:
        found = await frame(db, ids, numbers, [one.programme_id == programme.id])
        bare = await frame(db, ids, {}, [col(one.version) > 3])
        none = await frame(db, ids, numbers, [one.programme_id == other.id])

    assert sorted(found.rows()) == [
        (
            *(key(each.id), key(each.made_by) if each.made_by else None, key(programme.id)),
            *(each.version, each.minimum_ms, each.backchannel_max_ms),
            int(each.made_at.timestamp()),
        )
        for each in sorted(rules, key=lambda each: key(each.id))
    ]
    assert bare.columns == list(ids)
    assert len(bare) == 4
    assert none.schema == found.schema
    assert none.is_empty()


async def test_columns_are_the_rows(running: Application) -> None:
    await columns_are_the_rows(running.context.database)


@pytest.mark.postgres
async def test_the_same_on_postgresql(postgres_server: Server, tmp_path: Path) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        await columns_are_the_rows(running.context.database)
