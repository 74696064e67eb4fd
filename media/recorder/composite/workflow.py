"""The durable workflow `composite`: a restart goes on with the piece it was at.

plan → piece after piece → join → publish → clear
"""

import logging

from dbos import DBOS

from app.composites import service
from app.kit.db import Database
from app.kit.settings import Settings
from app.recordings.queue import enqueue
from media.recorder.composite.compositor import Compositor, Outdated
from media.recorder.steps import step

logger = logging.getLogger(__name__)

QUEUE = "composites"
"""Beside the queue of recordings, so that finishing never waits for one of these."""
COMPOSITE = "composite"


def register(compositor: Compositor) -> None:
    """Makes the workflow known. Call after DBOS was made and before it is launched."""

    @DBOS.workflow(name=COMPOSITE)
    async def composite(composite_id: str) -> str:
        compositor.is_busy = True
        try:
            return await _make(compositor, composite_id)
        except Outdated:
            await step("fail", compositor.fail, composite_id, "outdated")
            return "outdated"
        except Exception:
            logger.exception("composite %s could not be made", composite_id[-8:])
            await step("fail", compositor.fail, composite_id, "failed")
            raise
        finally:
            compositor.is_busy = False


async def _make(compositor: Compositor, composite_id: str) -> str:
    plan = await step("plan", compositor.plan, composite_id)
    if plan is None:
        raise Outdated
    run = str(DBOS.workflow_id)
    try:
        places = []
        for number in range(len(compositor.pieces(plan))):
            places.append(await step("piece", compositor.piece, plan, run, number))
        file = await step("join", compositor.join, plan, run, places)
        await step("publish", compositor.publish, plan, file)
    finally:
        await step("clear", compositor.clear, plan, run)
    return "ready"


async def hand_over(settings: Settings, database: Database) -> None:
    """Enqueues what was asked for. Asking twice for one attempt is asking once."""
    async with database.reading() as db:
        waiting = [(row.id, row.attempt) for row in await service.under_way(db)]
    await enqueue(settings, QUEUE, COMPOSITE, waiting)
