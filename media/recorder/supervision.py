"""Workers look after one another: what one that is gone had in hand goes on where one lives.

DBOS goes on by itself only with what a worker of the same name had in hand (docs.dbos.dev,
"Workflow Recovery"). Should one that was taken for gone come back, both do the same steps, which is
doing them once; DBOS keeps the first result of each.
"""

import asyncio
import logging

from dbos import DBOS

from app.kit.db import Database, now
from app.recordings import workers

logger = logging.getLogger(__name__)

BEAT_EVERY_S = 20.0
"""Lower: more writes. Higher: a busy worker comes nearer to being taken for gone."""


async def beat(database: Database, name: str) -> None:
    async with database.transaction() as db:
        await workers.beat(db, name, now())


async def supervise(database: Database, name: str) -> None:
    """Never ends. `name`: of this worker."""
    while True:
        try:
            await beat(database, name)
            await take_over(database, name)
        except Exception:  # whatever happens to one look, there is another
            logger.exception("worker %s could not look after the others", name)
        await asyncio.sleep(BEAT_EVERY_S)


async def take_over(database: Database, name: str) -> None:
    """Puts back into its queue what workers that are gone had begun."""
    begun = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
    others = {each.executor_id for each in begun if each.executor_id} - {name}
    if not others:
        return
    async with database.transaction() as db:
        gone = await workers.take_over(db, others, now())
    for each in begun:
        if each.executor_id in gone:
            logger.warning("worker %s is gone: others go on with its work", each.executor_id)
            await DBOS.resume_workflow_async(each.workflow_id, queue_name=each.queue_name)
