"""`emessi serve` as people start it, in a folder and on ports of its own, and one meeting in it."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from benchmarks.sfu.addresses import free_port

_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 30.0
_ADMINISTRATOR = {
    "name": "Ylläpitäjä",
    "email": "bench@example.org",
    "password": "mitta ja paino 1",
    "language": "fi",
}


class NotStarted(Exception):
    """The installation did not come up; what it printed."""


@dataclass(frozen=True)
class Installation:
    url: str
    meeting: str
    facilitator: str
    """The token of an invitation, to be used once."""
    member: str


@asynccontextmanager
async def installation(data: Path) -> AsyncIterator[Installation]:
    """Running, with an open programme, a group, a meeting that begins now and two invitations."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", "serve"),
        env=_environment(data, port),
        stdout=PIPE,
        stderr=STDOUT,
    )
    token: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    reading = asyncio.create_task(_read(process, token))
    try:
        async with asyncio.timeout(_START_TIMEOUT_S):
            set_up_token = await token
        yield await _furnish(f"http://localhost:{port}", set_up_token)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
        await reading


def _environment(data: Path, port: int) -> dict[str, str]:
    own = {
        "EMESSI_DATA": str(data),
        "EMESSI_WEB__PORT": str(port),
        "EMESSI_NODE__PORT": str(free_port()),
        "EMESSI_RELAY__UDP_PORT": "0",
    }
    return {**os.environ, **own, "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}


async def _read(process: Process, token: asyncio.Future[str]) -> None:
    """Read whatever it prints, so that it never waits; the set-up link comes at its start."""
    assert process.stdout
    output = ""
    async for line in process.stdout:
        if not token.done():
            output += line.decode(errors="replace")
            running, link = "eMessi is running" in output, re.search(r"set-up\?token=(\S+)", output)
            if running and link:
                token.set_result(link[1])
    if not token.done():
        token.set_exception(NotStarted(output))


async def _furnish(url: str, set_up_token: str) -> Installation:
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", trust_env=False, timeout=30) as client:

        async def create(path: str, **form: Any) -> dict[str, Any]:
            reply = await client.post(path, json=form)
            reply.raise_for_status()
            created: dict[str, Any] = reply.json()
            return created

        signed_in = await create("/set-up", token=set_up_token, **_ADMINISTRATOR)
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        client.cookies.clear()
        programme = await create("/programmes", name="Mittaus")
        group = await create("/groups", programme_id=programme["id"], name="Mittausryhmä")
        starts_at = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        series = await create("/meetings", group_id=group["id"], starts_at=starts_at)
        invitations = [
            (await create("/invitations", group_id=group["id"], role=role))["url"].rpartition("/")[
                2
            ]
            for role in ("facilitator", "member")
        ]
    return Installation(url, series["items"][0]["id"], *invitations)
