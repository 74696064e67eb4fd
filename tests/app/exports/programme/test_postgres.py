"""The tables of a programme out of PostgreSQL, which writes ids and times otherwise than SQLite."""

import asyncio
import re
from pathlib import Path

import pytest

from app.kit import migrate
from tests.app.exports.programme.test_endpoints import csv_of, exported
from tests.fixtures.agreeing import agree
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.kept import keep
from tests.fixtures.postgres import Server


@pytest.mark.postgres
async def test_ids_times_and_order_are_those_of_the_other_database(
    postgres_server: Server, tmp_path: Path
) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        both = await agree(await keep(running, await assemble(running)))
        files = await exported(both.cast)

    turns, codings = csv_of(files, "turns"), csv_of(files, "codings")
    assert {row["pseudonym"] for row in turns} == {"J1", "F1"}
    assert {row["group_id"] for row in turns} == {str(both.cast.group_id)}
    assert {row["turn"] for row in codings} <= {row["turn"] for row in turns}
    assert "J1 vetäytyy tässä" in {row["memo"] for row in codings}
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
    assert all(moment.fullmatch(row["decided_at"]) for row in codings)
