"""Up, down, up; and what the migrations make is what the models say, on both databases."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

import app.tables  # noqa: F401  every table is known once this is imported
from app.kit import migrate
from app.kit.db import Database
from app.kit.settings import Settings
from tests.fixtures.application import settings_at
from tests.fixtures.postgres import Server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return settings_at(tmp_path)
    server: Server = request.getfixturevalue("postgres_server")
    return settings_at(tmp_path, server.new_database())


def look(settings: Settings, see: Any) -> Any:
    async def connect() -> Any:
        database = Database(settings.application_database_url)
        async with database.engine.connect() as connection:
            seen = await connection.run_sync(see)
        await database.close()
        return seen

    return asyncio.run(connect())


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


def test_up_down_up(empty: Settings) -> None:
    ours = set(SQLModel.metadata.tables)

    migrate.upgrade(empty)
    assert look(empty, tables) == ours | {"alembic_version"}
    migrate.downgrade(empty, "base")
    assert look(empty, tables) == {"alembic_version"}
    migrate.upgrade(empty)
    migrate.upgrade(empty)
    assert look(empty, tables) == ours | {"alembic_version"}


def test_models_and_migrations_agree(empty: Settings) -> None:
    migrate.upgrade(empty)
    assert look(empty, differences) == []
