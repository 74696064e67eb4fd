"""What steps returned is gone when their workflow has ended, also out of SQLite's file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import Connection, Engine, text

from media.recorder.forgetting import forget, memory
from tests.fixtures.postgres import Server

ENDED, UNDER_WAY = ("SUCCESS", "ERROR", "CANCELLED"), ("PENDING", "ENQUEUED")
STEPS = 200
SAID = "where one spoke, {}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Tables of DBOS's own making, with a workflow of each state, called by it."""
    url = f"sqlite:///{tmp_path / 'work.db'}"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres_server")
        url = server.new_database().replace("+psycopg", "")
    DBOS.migrate(url)
    engine = memory(url)
    with engine.begin() as connection:
        for state in (*ENDED, *UNDER_WAY):
            workflow = {"id": state, "state": state, "said": 40 * SAID.format(state)}
            connection.execute(
                text(
                    f"INSERT INTO {table(connection, 'workflow_status')} (workflow_uuid, status)"
                    " VALUES (:id, :state)"
                ),
                workflow,
            )
            connection.execute(
                text(
                    f"INSERT INTO {table(connection, 'operation_outputs')}"
                    " (workflow_uuid, function_id, function_name, output)"
                    " VALUES (:id, :number, 'listen', :said)"
                ),
                [workflow | {"number": number} for number in range(STEPS)],
            )
    yield engine
    engine.dispose()


def table(connection: Connection, name: str) -> str:
    return name if connection.dialect.name == "sqlite" else f"dbos.{name}"


def test_what_steps_returned_goes_with_the_end_of_their_workflow(
    work: Engine, tmp_path: Path
) -> None:
    assert forget(work) == STEPS * len(ENDED)
    assert forget(work) == 0

    with work.connect() as connection:
        outputs, workflows = (
            connection.execute(text(f"SELECT workflow_uuid FROM {table(connection, name)}"))
            for name in ("operation_outputs", "workflow_status")
        )
        assert sorted(outputs.scalars()) == sorted(UNDER_WAY * STEPS)
        assert sorted(workflows.scalars()) == sorted(ENDED + UNDER_WAY)
    if work.dialect.name == "sqlite":
        content = b"".join(path.read_bytes() for path in tmp_path.glob("work.db*"))
        there = [state for state in ENDED + UNDER_WAY if SAID.format(state).encode() in content]
        assert there == list(UNDER_WAY)
