"""Keys of an earlier version move out of the database, and nothing of them is left in its files."""

import asyncio
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli.commands import cli
from app.kit import migrate
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.key_folder import UNSCRUBBED, KeyFolder
from app.kit.settings import Settings
from tests.fixtures.application import settings_at
from tests.fixtures.installation import environment
from tests.fixtures.postgres import Server

BEFORE = "followed_turns"
"""The last version that had keys in the database."""
MANY = 150
Wrapped = Mapping[UUID, bytes]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    settings = settings_at(tmp_path)
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres_server")
        settings = settings_at(tmp_path, server.new_database())
    migrate.upgrade(settings, BEFORE)
    return settings


def filled(settings: Settings, count: int) -> Wrapped:
    """So many keys, and one that is destroyed."""
    keys = {new_id(): secrets.token_bytes(40) for _ in range(count)}
    asyncio.run(_fill(settings, keys))
    return keys


async def _fill(settings: Settings, keys: Wrapped) -> None:
    database = Database(settings.application_database_url)
    is_sqlite = database.engine.dialect.name == "sqlite"
    insert = text(
        "INSERT INTO data_keys (id, meeting_id, scope, wrapped, created_at, destroyed_at)"
        " VALUES (:id, :meeting, 'audio', :wrapped, '2026-01-01', :destroyed)"
    )
    rows = [*keys.items(), (new_id(), None)]
    free = "PRAGMA foreign_keys=OFF" if is_sqlite else "SET session_replication_role = replica"
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(emessi_alone=True)
        await connection.exec_driver_sql(free)
        for id_, wrapped in rows:
            named = {"id": id_.hex if is_sqlite else id_, "wrapped": wrapped}
            named["meeting"] = named["id"]
            named["destroyed"] = None if wrapped else "2026-01-02"
            await connection.execute(insert, named)
        await connection.commit()
    await database.close()


def moved(settings: Settings) -> dict[UUID, bytes]:
    folder = KeyFolder(settings.data_keys)
    return {key_id: folder.get(key_id) for key_id in folder.ids()}


def files_of(settings: Settings, request: pytest.FixtureRequest) -> list[bytes]:
    """Of the database: PostgreSQL's without its log of writes, which we do not reach."""
    if not settings.database_url:
        return [path.read_bytes() for path in settings.data.glob("emessi.db*")]
    server: Server = request.getfixturevalue("postgres_server")
    address = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    return [
        path.read_bytes() for path in (server.folder / "data/base").rglob("*") if path.is_file()
    ]


def lies_in(files: list[bytes], keys: Wrapped) -> bool:
    return any(wrapped in content for content in files for wrapped in keys.values())


def test_they_move_and_leave_nothing(earlier: Settings, request: pytest.FixtureRequest) -> None:
    keys = filled(earlier, 3)
    assert lies_in(files_of(earlier, request), keys)

    migrate.upgrade(earlier)

    assert moved(earlier) == keys
    assert not lies_in(files_of(earlier, request), keys)
    assert not (earlier.data_keys / UNSCRUBBED).exists()


def test_killed_between_moving_and_scrubbing_it_scrubs_the_next_time(
    earlier: Settings, request: pytest.FixtureRequest
) -> None:
    keys = filled(earlier, 3)
    migrate.upgrade(earlier, "key_folder")  # and no more than that
    if earlier.database_url:  # SQLite happens to write over so few
        assert lies_in(files_of(earlier, request), keys)
    assert (earlier.data_keys / UNSCRUBBED).exists()

    migrate.upgrade(earlier)

    assert not lies_in(files_of(earlier, request), keys)
    assert not (earlier.data_keys / UNSCRUBBED).exists()


def test_the_way_back_takes_them_along(earlier: Settings) -> None:
    keys = filled(earlier, 2)
    migrate.upgrade(earlier)

    migrate.downgrade(earlier, BEFORE)
    shutil.rmtree(earlier.data_keys)
    migrate.upgrade(earlier)

    assert moved(earlier) == keys


def test_killed_while_they_move_nothing_is_lost(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    migrate.upgrade(settings, BEFORE)
    keys = filled(settings, MANY)
    command = [sys.executable, "-m", "app.cli", "migrate"]
    process = subprocess.Popen(command, env=environment(tmp_path))
    deadline = time.monotonic() + 60
    while len(list(settings.data_keys.glob("*.key"))) < 20:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / "emessi.db")) as db:
        (left,) = db.execute("SELECT count(wrapped) FROM data_keys").fetchone()
    assert left == MANY

    migrate.upgrade(settings)

    assert moved(settings) == keys


def test_where_keys_were_made_no_empty_folder_takes_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_at(tmp_path)
    migrate.upgrade(settings, BEFORE)
    filled(settings, 1)
    migrate.upgrade(settings)
    settings.data_keys.rename(tmp_path / "away")
    settings.data_keys.mkdir()  # as a disk looks that is not mounted
    monkeypatch.setenv("EMESSI_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "400")

    for process in ("migrate", "app", "node", "worker"):
        done = CliRunner().invoke(cli, [process])
        assert done.exit_code == 1
        assert "Not started: the folder of the data keys is not at" in done.output
    assert list(settings.data_keys.iterdir()) == []

    settings.data_keys.rmdir()
    (tmp_path / "away").rename(settings.data_keys)
    assert CliRunner().invoke(cli, ["migrate"]).exit_code == 0
