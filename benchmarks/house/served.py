"""`emessi serve` over a furnished folder, and how much memory its web application took."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from .installation import NotStarted

_START_TIMEOUT_S = 90.0
_STOP_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Served:
    url: str
    application: int
    """Process id of the web application."""

    @property
    def peak_mb(self) -> float:
        """The application's high-water mark."""
        lines = Path(f"/proc/{self.application}/status").read_text().splitlines()
        held = next(line for line in lines if line.startswith("VmHWM"))
        return int(held.split()[1]) / 1024


@asynccontextmanager
async def served(data: Path, ports: tuple[int, int]) -> AsyncIterator[Served]:
    """`ports`: of the web application and of the node."""
    web, node = ports
    own = {
        "EMESSI_DATA": str(data),
        "EMESSI_WEB__PORT": str(web),
        "EMESSI_NODE__PORT": str(node),
        "EMESSI_RELAY__UDP_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", "serve"),
        env={**os.environ, **own},
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    url = f"http://localhost:{web}"
    try:
        await _answering(url, process)
        yield Served(url, _application(process))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)


async def _answering(url: str, process: Process) -> None:
    async with asyncio.timeout(_START_TIMEOUT_S), httpx.AsyncClient(trust_env=False) as client:
        while process.returncode is None:
            try:
                if (await client.get(f"{url}/healthz")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise NotStarted("emessi serve ended")


def _application(process: Process) -> int:
    for child in psutil.Process(process.pid).children(recursive=True):
        if "app" in child.cmdline():
            return int(child.pid)
    raise NotStarted("no web application among the processes of emessi serve")
