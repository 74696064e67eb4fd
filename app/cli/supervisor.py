"""`emessi serve`: one app, one node and one worker as child processes, kept alive and drained.

A child that ends by itself is logged and started again. On Ctrl-C the node goes first, because it
still has tapes to close and to hand over; then the app; then the worker, whose work is durable.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

KINDS = ("app", "node", "worker")
DRAIN_ORDER = ("node", "app", "worker")
DRAIN_S = 20.0
"""Wait this long for one child to end. Lower: a long upload is cut. Higher: Ctrl-C feels dead."""
RESTART_MIN_S, RESTART_MAX_S = 0.5, 30.0
"""A child that keeps dying is started again ever more slowly, between these."""
STEADY_S = 60.0
"""One that lived this long is started again at once."""


@dataclass
class Child:
    kind: str
    process: asyncio.subprocess.Process | None = None
    restarts: int = field(default=0)


class Supervisor:
    """Owns the children from `run()` to its end."""

    def __init__(self, kinds: tuple[str, ...] = KINDS) -> None:
        self.children = {kind: Child(kind) for kind in kinds}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self, started: Callable[[], None] = lambda: None) -> None:
        """Starts all, calls `started`, and returns after `stop()` when every child has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        keepers = [asyncio.create_task(self._keep(child)) for child in self.children.values()]
        started()
        await self._stopping.wait()
        await self._drain()
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            child.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "app.cli",
                child.kind,
                "--child",
                stdin=asyncio.subprocess.PIPE,  # closed when we die, however we die
                start_new_session=True,  # a Ctrl-C of the terminal is for us to pass on, in order
            )
            code = await child.process.wait()
            if self._stopping.is_set():
                return
            if loop.time() - began > STEADY_S:
                child.restarts = 0
            pause = min(RESTART_MIN_S * (2**child.restarts - 1), RESTART_MAX_S)
            child.restarts += 1
            logger.error(
                "%s ended with code %s; starting it again in %.1f s", child.kind, code, pause
            )
            await asyncio.sleep(pause)

    async def _drain(self) -> None:
        for kind in DRAIN_ORDER:
            child = self.children.get(kind)
            if child is None or child.process is None or child.process.returncode is not None:
                continue
            child.process.terminate()
            try:
                await asyncio.wait_for(child.process.wait(), DRAIN_S)
            except TimeoutError:
                logger.error("%s did not end in %.0f s and is killed", kind, DRAIN_S)
                child.process.kill()
                await child.process.wait()
