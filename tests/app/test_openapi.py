"""What the OpenAPI document promises is what the API does: Schemathesis tries to prove otherwise.

Every operation is called with generated input, signed in as the administrator, and with the ids
of things that exist as often as with others.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.core.result import Ok

from app.kit.db import now
from app.meetings.models import Meeting, Node
from tests.fixtures.application import Application, application, copy_of
from tests.fixtures.cast import Cast, assemble

EXAMPLES = settings().max_examples // 25
"""Per operation. Higher: finds more, and takes longer."""
checks.load_all_checks()
CHECKS: list[Any] = checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    ]
)


class Stage:
    """The application with its cast, driven from tests that are not coroutines."""

    def __init__(self, runner: asyncio.Runner, running: Application, cast: Cast) -> None:
        self.runner = runner
        self.running = running
        self.cast = cast
        self.document = running.app.openapi()
        self.known: dict[str, str] = {}

    async def furnish(self) -> None:
        """A meeting to speak of, and a node that lives for as long as the test."""
        form = {"group_id": str(self.cast.group_id)}
        link = await self.cast.alice.client.post("/api/v1/invitations", json=form)
        meeting = Meeting(group_id=self.cast.group_id, starts_at=now() + timedelta(days=1))
        node = Node(name="test-node", port=1, expires_at=now() + timedelta(days=1))
        async with self.running.context.database.transaction() as db:
            db.add_all([meeting, node])
        self.known = {
            "programme_id": str(self.cast.programme_id),
            "group_id": str(self.cast.group_id),
            "user_id": str(self.cast.carol.id),
            "meeting_id": str(meeting.id),
            "token": link.json()["url"].rsplit("/", 1)[1],
        }

    def call(self, case: schemathesis.Case[Any]) -> httpx.Response:
        request: dict[str, Any] = case.as_transport_kwargs(base_url="http://localhost:8420")
        request.pop("cookies", None)
        request["headers"].pop("Authorization", None)  # who asks is not for chance to say
        if isinstance(request.get("data"), bytes | str):
            request["content"] = request.pop("data")
        client = self.cast.administrator.client
        return self.runner.run(client.request(**request))


@pytest.fixture(scope="module")
def stage(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = tmp_path_factory.mktemp("openapi")
    with asyncio.Runner() as runner:
        opened = application(copy_of(template, data))
        running = runner.run(opened.__aenter__())
        made = Stage(runner, running, runner.run(assemble(running)))
        runner.run(made.furnish())
        yield made
        runner.run(opened.__aexit__(None, None, None))


def test_every_operation_keeps_its_promises(stage: Stage) -> None:
    schema = schemathesis.openapi.from_dict(stage.document)
    found = list(schema.get_all_operations())
    operations = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(operations) == len(found)
    assert len(operations) > 40
    for operation in operations:
        _try(stage, operation)


def _try(stage: Stage, operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=st.booleans())
    def tried(case: schemathesis.Case[Any], known: bool) -> None:
        if known:
            for place in (case.path_parameters, case.query, case.body):
                if isinstance(place, dict):
                    place |= {n: v for n, v in stage.known.items() if n in place}
        case.validate_response(stage.call(case), checks=CHECKS)

    tried()
