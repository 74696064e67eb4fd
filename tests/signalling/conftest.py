"""A node beside the application, with one meeting that is about to begin."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from app.kit.db import now
from app.kit.settings import NodeSettings, RelaySettings, Settings
from app.meetings.models import Meeting
from signalling import node
from tests.app.conftest import cast, postgres_server, running, settings, template  # noqa: F401
from tests.fixtures import postgres
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.installation import free_port
from tests.fixtures.streams import Stream
from tests.fixtures.wire import Talker, place


@dataclass
class Gathering:
    """`await gathering.address(person)` is a way in for that person."""

    running: Application
    settings: Settings
    cast: Cast
    meeting_id: str

    async def start(self) -> None:
        self._stop = asyncio.Event()
        self._node = asyncio.create_task(node.run(self.settings, self._stop))
        await _alive(self.cast.alice, self.meeting_id)

    async def stop(self) -> None:
        """The node drains; everyone in a room loses it."""
        self._stop.set()
        await self._node

    async def address(self, person: Person) -> str:
        return await place(person.client, self.meeting_id)

    async def talker(self, person: Person) -> Talker:
        return Talker(await self.address(person))

    async def stream(self, person: Person, scope: str) -> Stream:
        """A token for a program of that person's."""
        path = f"/api/v1/meetings/{self.meeting_id}/stream"
        answer = await person.client.post(path, json={"scope": scope})
        assert answer.is_success, answer.text
        found = answer.json()
        return Stream(found[f"{scope}_url"], found["token"])

    def resuming(self, token: str) -> Talker:
        port = self.settings.node.port
        return Talker(f"ws://localhost:{port}/ws/meetings/{self.meeting_id}?resume={token}")


@pytest.fixture
async def gathering(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
) -> AsyncIterator[Gathering]:
    async with gathered(running, cast, settings) as found:
        yield found


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    """Of this test alone, which kills it."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    with postgres.server(programs) as found:
        yield found


@asynccontextmanager
async def gathered(
    running: Application,  # noqa: F811
    cast: Cast,  # noqa: F811
    settings: Settings,  # noqa: F811
    **changes: Any,
) -> AsyncIterator[Gathering]:
    """`changes`: other settings of the node."""
    own = settings.model_copy(
        update={
            "node": NodeSettings(name="test-node", port=free_port(), **changes),
            "relay": RelaySettings(udp_port=0),
        }
    )
    meeting = Meeting(group_id=cast.group_id, starts_at=now() + timedelta(minutes=5))
    async with running.context.database.transaction() as db:
        db.add(meeting)
    gathering = Gathering(running, own, cast, str(meeting.id))
    await gathering.start()
    try:
        yield gathering
    finally:
        await gathering.stop()


async def _alive(person: Person, meeting_id: str) -> None:
    """The node has said that it lives once a meeting can be placed on it."""
    async with asyncio.timeout(20):
        while not (await person.client.post(f"/api/v1/meetings/{meeting_id}/join")).is_success:
            await asyncio.sleep(0.05)
