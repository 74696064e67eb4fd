"""One application and one cast per test, on a copy of a database that was migrated once."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.kit.settings import Settings
from tests.fixtures import postgres
from tests.fixtures.application import Application, application, copy_of, migrated_template
from tests.fixtures.cast import Cast, assemble


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    return copy_of(template, tmp_path / "data")


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[Application]:
    async with application(settings) as app:
        yield app


@pytest.fixture
async def cast(running: Application) -> Cast:
    return await assemble(running)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    with postgres.server(programs) as server:
        yield server
