"""The durable workflow `transcribe`: a restart goes on with the person it was at.

plan → person after person → finish
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from dbos import DBOS, DBOSClient, EnqueueOptions
from dbos import StepOptions as Options
from sqlalchemy.exc import OperationalError

from app.kit.db import Database
from app.kit.settings import Settings
from app.recordings.queue import APP_VERSION
from app.transcripts import jobs
from media.recorder.transcribing.model import Unavailable
from media.recorder.transcribing.transcriber import Outdated, Transcriber

logger = logging.getLogger(__name__)
R = TypeVar("R")

QUEUE = "transcriptions"
"""Beside the queue of recordings, so that finishing never waits for one of these."""
TRANSCRIBE = "transcribe"
TRIES = 3


def register(transcriber: Transcriber) -> None:
    """Makes the workflow known. Call after DBOS was made and before it is launched."""

    @DBOS.workflow(name=TRANSCRIBE)
    async def transcribe(transcription_id: str) -> str:
        transcriber.is_busy = True
        try:
            return await _write_down(transcriber, transcription_id)
        except Outdated:
            await _step("fail", transcriber.fail, transcription_id, "transcript_outdated")
            return "outdated"
        except Unavailable as error:
            logger.warning("no recording can be written down here: %s", error.code)
            await _step("fail", transcriber.fail, transcription_id, error.code)
            return error.code
        except Exception:
            logger.exception("recording could not be written down: %s", transcription_id[-8:])
            await _step("fail", transcriber.fail, transcription_id, "transcript_failed")
            raise
        finally:
            transcriber.is_busy = False


async def _write_down(transcriber: Transcriber, transcription_id: str) -> str:
    work = await _step("plan", transcriber.plan, transcription_id)
    if work is None:
        raise Outdated
    for number in range(len(work.users)):
        await _step("person", transcriber.person, work, number)
    await _step("finish", transcriber.finish, work)
    return "ready"


async def hand_over(settings: Settings, database: Database) -> None:
    """Enqueues what was asked for. Asking twice for one attempt is asking once."""
    async with database.reading() as db:
        waiting = [(row.id, row.attempt) for row in await jobs.under_way(db)]
    if waiting:
        await asyncio.to_thread(_enqueue, settings.work_database_url, waiting)


def _enqueue(url: str, waiting: list[tuple[UUID, int]]) -> None:
    client = DBOSClient(system_database_url=url)
    try:
        for transcription_id, attempt in waiting:
            options: EnqueueOptions = {
                "queue_name": QUEUE,
                "workflow_name": TRANSCRIBE,
                "workflow_id": f"{TRANSCRIBE}-{transcription_id}-{attempt}",
                "app_version": APP_VERSION,
            }
            client.enqueue(options, str(transcription_id))
    finally:
        client.destroy()


async def _step(name: str, work: Callable[..., Awaitable[R]], *arguments: object) -> R:
    options: Options = {
        "name": name,
        "retries_allowed": True,
        "max_attempts": TRIES,
        "should_retry": lambda error: isinstance(error, OSError | OperationalError),
    }

    async def run() -> R:
        return await work(*arguments)

    return await DBOS.run_step_async(options, run)
