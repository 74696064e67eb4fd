"""Brings the database to a version of its schema, by Alembic, and has its data keys beside it."""

import asyncio
import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from app.kit.db import Database
from app.kit.key_folder import UNSCRUBBED, KeyFolder
from app.kit.settings import Settings

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).parents[2] / "migrations"


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Raises KeysAway where recordings have keys and their folder is not there."""
    command.upgrade(_config(settings), revision)
    if revision == "head":
        asyncio.run(_settle(settings))


def downgrade(settings: Settings, revision: str) -> None:
    command.downgrade(_config(settings), revision)


async def _settle(settings: Settings) -> None:
    keys = KeyFolder(settings.data_keys)
    database = Database(settings.application_database_url, keys)
    try:
        if not keys.is_there():
            await _begin(database, keys)
        unscrubbed = keys.path / UNSCRUBBED
        if unscrubbed.exists() and await _scrub(database):
            unscrubbed.unlink()
    finally:
        await database.close()


async def _begin(database: Database, keys: KeyFolder) -> None:
    """A new installation has a new folder. Where keys were made, theirs must be found."""
    query = text("SELECT id FROM data_keys WHERE destroyed_at IS NULL LIMIT 1")
    async with database.reading() as db:
        found = await (await db.connection()).execute(query)
        if found.first() is not None:
            keys.check()
    keys.make()


async def _scrub(database: Database) -> bool:
    """Takes the keys that were in the database out of its files; whether it is done."""
    async with database.engine.connect() as plain:
        if database.engine.dialect.name == "sqlite":
            connection = await plain.execution_options(emessi_alone=True)
            await connection.exec_driver_sql("VACUUM")
        else:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("VACUUM FULL data_keys")
    done = await database.scrub()
    if not done:
        logger.warning("the database is in use: its files hold old keys until it is migrated again")
    return done


def _config(settings: Settings) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    url = settings.application_database_url
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.attributes["keys"] = KeyFolder(settings.data_keys)
    return config
