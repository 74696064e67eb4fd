"""The recorder worker's process: takes recordings from the durable queue, one at a time."""

import asyncio
import logging
import os
import signal
from uuid import UUID

from dbos import DBOS, DBOSConfig

from app.analysis import kept
from app.chat import erasure as chat
from app.coding.following import follow
from app.erasures.attesting import attest_all
from app.kit.context import Context, make
from app.kit.db import Database, now
from app.kit.ids import short
from app.kit.settings import Settings
from app.meetings.abandonment import end_abandoned
from app.notes import erasure as notes
from app.recordings import service as recordings
from app.recordings.queue import APP_VERSION, FINALISE, QUEUE, enqueue_finalise
from app.retention import erasure as retention
from app.surveys import erasure as surveys
from app.transcripts.erasure import erase_withdrawn
from app.turns.proposing import repropose
from app.vault import service as vault
from media.recorder import supervision
from media.recorder.composite import workflow as composites
from media.recorder.composite.compositor import Compositor
from media.recorder.converting import convert_all
from media.recorder.finaliser import Finaliser
from media.recorder.forgetting import UNDER_WAY, forget, memory
from media.recorder.sparing import spare_collector, spare_heap
from media.recorder.transcribing import workflow as transcribing
from media.recorder.transcribing.transcriber import Transcriber
from media.recorder.workflows import register
from media.store import Store

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""Look for recordings that nobody handed over (a node died), and for what a withdrawal leaves to
erase, this often. Lower: more queries. Higher: they wait longer."""
REQUESTS_EVERY_S = 2.0
"""Look for what was asked for. Lower: more queries. Higher: a page that says "waiting" longer."""
RETENTION_EVERY_S = 600.0
"""Look for what is over its time this often. Lower: more queries. Higher: it is kept for longer
than was promised by that much."""


async def run(settings: Settings) -> None:
    """Works until SIGTERM or SIGINT.

    A recording in hand is left as a kill would leave it, since nothing is lost by that: the next
    start of the worker of this name goes on with the step it was in.
    """
    spare_heap()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    context = make(settings)
    finaliser = Finaliser(context, Store.open(settings))
    DBOS(config=_config(settings))
    register(finaliser)
    compositor = Compositor(context, finaliser.store, finaliser)
    composites.register(compositor)
    transcriber = Transcriber(context, finaliser.store)
    transcribing.register(transcriber)
    await supervision.beat(context.database, settings.worker.name)
    DBOS.launch()
    for queue in (QUEUE, composites.QUEUE, transcribing.QUEUE):
        await DBOS.register_queue_async(queue, worker_concurrency=1, polling_interval_sec=1.0)
    asked = [
        loop.create_task(_take_requests(settings, context.database)),
        loop.create_task(_take_uploads(context, finaliser.store)),
        loop.create_task(_draw_chance(context.database)),
        loop.create_task(supervision.supervise(context.database, settings.worker.name)),
    ]
    spare_collector()
    logger.info("worker %s is ready", settings.worker.name)
    await _look_until(stopping, settings, context, finaliser.store)
    for task in asked:
        task.cancel()
    compositor.stop()
    if finaliser.is_busy or compositor.is_busy or transcriber.is_busy:
        logger.info("worker %s stops; the next start goes on", settings.worker.name)
        os._exit(0)  # DBOS would write the interruption down as the workflow's failure
    DBOS.destroy()
    await context.database.close()
    logger.info("worker %s has stopped", settings.worker.name)


async def _look_until(
    stopping: asyncio.Event, settings: Settings, context: Context, store: Store
) -> None:
    loop = asyncio.get_running_loop()
    retention_at, work = loop.time(), memory(settings.work_database_url)
    while not stopping.is_set():
        if loop.time() >= retention_at:
            await _erase_what_is_over(context.database, store)
            retention_at = loop.time() + RETENTION_EVERY_S
        await _look(settings, context, store)
        await asyncio.to_thread(forget, work)
        try:
            await asyncio.wait_for(stopping.wait(), LOOK_EVERY_S)
        except TimeoutError:
            continue


async def _erase_what_is_over(database: Database, store: Store) -> None:
    await retention.run(database, store, now())
    await notes.erase(database, now())
    await chat.erase(database, now())
    await surveys.erase(database, now())
    await database.scrub()
    try:
        await vault.sweep(database)
    except OSError as error:
        logger.error("destroyed keys could not be looked for: %s", error)


async def _look(settings: Settings, context: Context, store: Store) -> None:
    """What has come up without anybody's asking for it."""
    await erase_withdrawn(context.database, store)
    await chat.erase_withdrawn(context.database)
    await attest_all(context.database, store, context.keys)
    await repropose(context.database)
    await follow(context.database)
    async with context.database.transaction() as db:
        for meeting_id in await end_abandoned(db):
            logger.info("meeting %s was left open and is ended", short(meeting_id))
    await hand_over_forgotten(settings, context.database)


async def _take_requests(settings: Settings, database: Database) -> None:
    while True:
        try:
            await composites.hand_over(settings, database)
            await transcribing.hand_over(settings, database)
        except Exception:  # whatever one request or one file does, the others are looked for
            logger.exception("what was asked for could not be looked for")
        await asyncio.sleep(REQUESTS_EVERY_S)


async def _take_uploads(context: Context, store: Store) -> None:
    while True:
        try:
            await convert_all(context, store)
        except Exception:  # whatever one request or one file does, the others are looked for
            logger.exception("uploaded tracks could not be looked for")
        await asyncio.sleep(LOOK_EVERY_S)


async def _draw_chance(database: Database) -> None:
    while True:
        try:
            for recording_id in await kept.waiting(database):
                await _draw(database, recording_id)
        except Exception:  # as above
            logger.exception("what chance is to be drawn of could not be looked for")
        await asyncio.sleep(LOOK_EVERY_S)


async def _draw(database: Database, recording_id: UUID) -> None:
    try:
        await kept.draw(database, recording_id)
    except Exception:  # whatever one recording does, the others are drawn
        logger.exception("chance of recording %s could not be drawn", short(recording_id))


async def hand_over_forgotten(settings: Settings, database: Database) -> None:
    """Enqueues each recording that could be finished and that no workflow is working on."""
    async with database.reading() as db:
        waiting = await recordings.finishable(db)
    for recording_id in waiting:
        known = await _workflows(recording_id)
        if not any(status in UNDER_WAY for status in known):
            await enqueue_finalise(settings, recording_id, attempt=len(known) + 1)


async def _workflows(recording_id: UUID) -> list[str]:
    prefix = f"{FINALISE}-{recording_id}-"
    found = await DBOS.list_workflows_async(workflow_id_prefix=prefix)
    return [workflow.status for workflow in found]


def _config(settings: Settings) -> DBOSConfig:
    return {
        "name": "emessi",
        "system_database_url": settings.work_database_url,
        "db_engine_kwargs": {"hide_parameters": True},  # as in app.kit.db
        "application_version": APP_VERSION,
        "executor_id": settings.worker.name,
        "log_level": "WARNING",
        "enable_otlp": False,
    }
