"""The processes of an installation, each started again as soon as it has ended, as a service is."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from app.kit.settings import Settings

KINDS = ("app", "node", "worker")


class Kept:
    """Owns one process of each kind from `start` to `stop`."""

    def __init__(self, variables: dict[str, str], folder: Path) -> None:
        self._variables = variables
        self._folder = folder
        self._now: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._killed: set[int] = set()
        self.by_itself: Counter[str] = Counter()
        """Processes that ended though nobody killed them."""

    async def start(self) -> None:
        for kind in KINDS:
            await self._begin(kind)
            self._keepers.append(asyncio.create_task(self._keep(kind)))

    def kill(self, kind: str) -> float:
        """SIGKILL; the Unix second just before it."""
        process = self._now[kind]
        self._killed.add(process.pid)
        at = time.time()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        return at

    async def stop(self) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for process in self._now.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self._now.values():
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _begin(self, kind: str) -> None:
        with (self._folder / f"{kind}.log").open("ab") as log:
            self._now[kind] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "app.cli", kind, env=self._variables, stdout=log, stderr=log
            )

    async def _keep(self, kind: str) -> None:
        while True:
            process = self._now[kind]
            await process.wait()
            if process.pid not in self._killed:
                self.by_itself[kind] += 1
                await asyncio.sleep(0.5)
            await self._begin(kind)


def environment_of(settings: Settings, udp_port: int) -> dict[str, str]:
    """The same settings, as a process reads them."""
    own = {
        "EMESSI_DATA": str(settings.data),
        "EMESSI_DATABASE_URL": settings.database_url,
        "EMESSI_WEB__PORT": str(settings.web.port),
        "EMESSI_NODE__PORT": str(settings.node.port),
        "EMESSI_NODE__NAME": settings.node.name,
        "EMESSI_NODE__SPOOL": str(settings.spool),
        "EMESSI_RELAY__UDP_PORT": str(udp_port),
        "EMESSI_RELAY__ADDRESSES": "127.0.0.1",
        "EMESSI_RELAY__HOST": "127.0.0.1",
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith("EMESSI_")}
    return {**kept, **own, "PYTHONUNBUFFERED": "1"}
