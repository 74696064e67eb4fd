"""The durable workflow `composite`: a restart goes on with the piece it was at.

plan → piece after piece → join → publish → clear
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from dbos import DBOS, DBOSClient, EnqueueOptions
from dbos import StepOptions as Options
from sqlalchemy.exc import OperationalError

from app.composites import service
from app.kit.db import Database
from app.kit.settings import Settings
from app.recordings.queue import APP_VERSION
from media.recorder.composite.compositor import Compositor, Outdated, Unrendered

logger = logging.getLogger(__name__)
R = TypeVar("R")

QUEUE = "composites"
"""Beside the queue of recordings, so that finishing never waits for one of these."""
COMPOSITE = "composite"
TRIES = 3
LOOK_EVERY_S = 2.0
"""Look for what was asked for. Lower: more queries. Higher: a page that says "waiting" longer."""


def register(compositor: Compositor) -> None:
    """Makes the workflow known. Call after DBOS was made and before it is launched."""

    @DBOS.workflow(name=COMPOSITE)
    async def composite(composite_id: str) -> str:
        compositor.is_busy = True
        try:
            return await _make(compositor, composite_id)
        except Outdated:
            await _step("fail", compositor.fail, composite_id, "outdated")
            return "outdated"
        except Exception:
            logger.exception("composite %s could not be made", composite_id[-8:])
            await _step("fail", compositor.fail, composite_id, "failed")
            raise
        finally:
            compositor.is_busy = False


async def _make(compositor: Compositor, composite_id: str) -> str:
    plan = await _step("plan", compositor.plan, composite_id)
    if plan is None:
        raise Outdated
    run = str(DBOS.workflow_id)
    try:
        places = []
        for number in range(len(compositor.pieces(plan))):
            places.append(await _step("piece", compositor.piece, plan, run, number))
        file = await _step("join", compositor.join, plan, run, places)
        await _step("publish", compositor.publish, plan, file)
    finally:
        await _step("clear", compositor.clear, plan, run)
    return "ready"


async def hand_over(settings: Settings, database: Database) -> None:
    """Enqueues what was asked for. Asking twice for one attempt is asking once."""
    async with database.reading() as db:
        waiting = [(row.id, row.attempt) for row in await service.under_way(db)]
    if waiting:
        await asyncio.to_thread(_enqueue, settings.work_database_url, waiting)


def _enqueue(url: str, waiting: list[tuple[UUID, int]]) -> None:
    client = DBOSClient(system_database_url=url)
    try:
        for composite_id, attempt in waiting:
            options: EnqueueOptions = {
                "queue_name": QUEUE,
                "workflow_name": COMPOSITE,
                "workflow_id": f"{COMPOSITE}-{composite_id}-{attempt}",
                "app_version": APP_VERSION,
            }
            client.enqueue(options, str(composite_id))
    finally:
        client.destroy()


async def _step(name: str, work: Callable[..., Awaitable[R]], *arguments: object) -> R:
    options: Options = {
        "name": name,
        "retries_allowed": True,
        "max_attempts": TRIES,
        "should_retry": lambda error: isinstance(error, OSError | OperationalError | Unrendered),
    }

    async def run() -> R:
        return await work(*arguments)

    return await DBOS.run_step_async(options, run)
