"""Brings the database to a version of its schema, by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.kit.settings import Settings

FOLDER = Path(__file__).parents[2] / "migrations"


def upgrade(settings: Settings, revision: str = "head") -> None:
    command.upgrade(_config(settings.application_database_url), revision)


def downgrade(settings: Settings, revision: str) -> None:
    command.downgrade(_config(settings.application_database_url), revision)


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
