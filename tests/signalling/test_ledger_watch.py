"""A withdrawal on another page ends the tape as soon as one in the room does.

The application is served on a socket of its own, as the person's own page reaches it; what counts
is the moment at which the request reached its process, and the tape's own arrival times.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kit import migrate
from signalling import ledger_watch
from signalling.messages import EndMeeting, StartRecording
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.installation import free_port
from tests.fixtures.postgres import Server
from tests.fixtures.taped import (
    DEADLINE_S,
    Listener,
    arrivals,
    decides,
    tapes,
    until_stored,
    until_written,
)
from tests.signalling.conftest import Gathering, gathered

logger = logging.getLogger(__name__)

ROUNDS = 6
LIMIT_S = 0.050


class Doorman:
    """Notes the Unix second at which each decision reached the process."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.moments: list[float] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/consents/me"):
            self.moments.append(time.time())
        await self._app(scope, receive, send)


@asynccontextmanager
async def page(gathering: Gathering, door: Doorman) -> AsyncIterator[httpx.AsyncClient]:
    """Bob's other page: another connection, to a real port."""
    port = free_port()
    config = uvicorn.Config(door, port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())  # without taking the signals
    headers = dict(gathering.cast.bob.client.headers)
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not server.started:
                await asyncio.sleep(0.02)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False
        ) as client:
            yield client
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def on_postgres(server: Server, folder: Path) -> AsyncIterator[Gathering]:
    settings = settings_at(folder, server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        async with gathered(running, cast, settings) as gathering:
            yield gathering


async def withdraws_often(gathering: Gathering) -> None:
    """Bob agrees and withdraws on his page, again and again, while he speaks and is seen."""
    cast, door = gathering.cast, Doorman(gathering.running.app)
    await decides(cast.alice, cast.group_id, "audio", "granted")
    alice = Listener(0, "Alice", cast.alice.client, camera=False)
    bob = Listener(1, "Bob", cast.bob.client, camera=True)
    withdrawals = []
    async with page(gathering, door) as client:
        other = type(cast.bob)(cast.bob.user, client)
        try:
            for one in (alice, bob):
                await one.join(gathering.meeting_id)
                await asyncio.wait_for(one.publish(), DEADLINE_S)
            await alice.ask(StartRecording)
            for number in range(ROUNDS):
                purpose = ("audio", "video")[number % 2]
                await decides(other, cast.group_id, purpose, "granted")
                async with asyncio.timeout(DEADLINE_S):
                    while len(await tapes(gathering, cast.bob)) == number:
                        await asyncio.sleep(0.02)
                await grown(gathering)
                await decides(other, cast.group_id, purpose, "withdrawn")
                withdrawals.append(door.moments[-1])
            await asyncio.sleep(4 * LIMIT_S)  # what comes meanwhile is on nobody's tape but alice's
            await alice.ask(EndMeeting)
            found = await until_stored(gathering, cast.bob)
            (alices,) = await until_stored(gathering, cast.alice)
        finally:
            await asyncio.gather(alice.leave(), bob.leave())

    went_on = await arrivals(gathering, alices)
    assert len(found) == ROUNDS
    late = []
    for tape, withdrawn in zip(found, withdrawals, strict=True):
        came = await arrivals(gathering, tape)
        assert len(came) > 3
        assert any(moment > withdrawn + LIMIT_S for moment in went_on)
        assert [moment - withdrawn for moment in came if moment > withdrawn + LIMIT_S] == []
        late.append(came[-1] - withdrawn)
    logger.warning("the last packet came %.1f ms after the request at most", max(late) * 1000)


async def grown(gathering: Gathering) -> None:
    """Bob's newest tape is on the disk, and holds some packets."""
    newest = (await tapes(gathering, gathering.cast.bob))[-1]
    path = gathering.settings.spool / newest.path
    async with asyncio.timeout(DEADLINE_S):
        while not path.exists() or path.stat().st_size < 3_000:
            await asyncio.sleep(0.02)


@pytest.fixture
def never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The node hears of the ledger, or of nothing: it asks once, before there is a meeting."""
    monkeypatch.setattr(ledger_watch, "LOOK_S", 3600.0)


@pytest.mark.alone
async def test_on_another_page_a_withdrawal_ends_the_tape_at_once(
    gathering: Gathering, never_asked: None
) -> None:
    await withdraws_often(gathering)


@pytest.mark.alone
@pytest.mark.postgres
async def test_the_same_where_the_database_carries_the_word(
    postgres_server: Server, tmp_path: Path, never_asked: None
) -> None:
    async with on_postgres(postgres_server, tmp_path) as gathering:
        await withdraws_often(gathering)


async def test_where_word_is_lost_the_ledger_is_asked(gathering: Gathering) -> None:
    (listening,) = (gathering.settings.data / "news").iterdir()
    listening.unlink()
    cast = gathering.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    alice = Listener(0, "Alice", cast.alice.client, camera=False)
    try:
        await alice.join(gathering.meeting_id)
        await asyncio.wait_for(alice.publish(), DEADLINE_S)
        await alice.ask(StartRecording)
        await until_written(gathering, cast.alice)
        await decides(cast.alice, cast.group_id, "audio", "withdrawn")
        await until_stored(gathering, cast.alice)
    finally:
        await alice.leave()
