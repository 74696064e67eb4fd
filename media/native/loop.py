"""An event loop that forwards packets while it sleeps."""

import asyncio
import math
import select
import selectors
from collections.abc import Coroutine
from typing import Any

import uvloop

from media.native import library


class _Selector(selectors.EpollSelector):
    """Waits in C. Packets that are the C packet path's do not end the wait."""

    path: Any = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        native, path = library.native(), self.path
        if native is None or path is None:
            return super().select(timeout)
        wait_ms = -1 if timeout is None else max(0, math.ceil(timeout * 1000))
        native.path_wait(path, self.fileno(), wait_ms)
        happened = []
        for place in range(path.ready_count):
            ready = path.ready[place]
            readable = selectors.EVENT_READ if ready.events & ~select.EPOLLOUT else 0
            writable = selectors.EVENT_WRITE if ready.events & ~select.EPOLLIN else 0
            key = self.get_map()[ready.fd]
            happened.append((key, (readable | writable) & key.events))
        return happened


class ForwardingLoop(asyncio.SelectorEventLoop):
    """Everything else is asyncio's own loop."""

    def __init__(self) -> None:
        self._waiting = _Selector()
        super().__init__(self._waiting)

    def forward(self, path: Any) -> bool:
        """From now on `path` is drained while the loop waits; its socket counts as readable when
        something was left in it. False if the loop has one already."""
        if self._waiting.path is not None:
            return False
        self._waiting.path = path
        return True

    def forget(self, path: Any) -> None:
        if self._waiting.path is path:
            self._waiting.path = None


def run(main: Coroutine[Any, Any, None]) -> None:
    """Runs a process that forwards packets; without the C packet path on uvloop, which wakes Python
    soonest."""
    if library.native() is None:
        uvloop.run(main)
        return
    with asyncio.Runner(loop_factory=ForwardingLoop) as runner:
        runner.run(main)
