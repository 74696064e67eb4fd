"""A step of a durable workflow: its result is kept; what comes back by itself is waited for."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from dbos import DBOS, StepOptions
from sqlalchemy.exc import OperationalError

R = TypeVar("R")

TRIES = 5
"""With pauses from 1 s, doubling. Lower: a store that is away for a moment makes all steps be done
again. Higher: one that is away for long is told in the log later."""


async def step(name: str, work: Callable[..., Awaitable[R]], *arguments: object) -> R:
    options: StepOptions = {
        "name": name,
        "retries_allowed": True,
        "max_attempts": TRIES,
        "should_retry": may_pass,
    }

    async def run() -> R:
        return await work(*arguments)

    return await DBOS.run_step_async(options, run)


def may_pass(error: BaseException) -> bool:
    """Whether the same may work in a moment: a disk, a network, a store, a database, a child."""
    return isinstance(error, OSError | OperationalError)
