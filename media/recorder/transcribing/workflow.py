"""The durable workflow `transcribe`: a restart goes on with the person it was at.

plan → person after person → finish
"""

import logging

from dbos import DBOS

from app.kit.db import Database
from app.kit.settings import Settings
from app.recordings.queue import enqueue
from app.transcripts import jobs
from media.recorder.steps import step
from media.recorder.transcribing.model import Unavailable
from media.recorder.transcribing.transcriber import Outdated, Transcriber

logger = logging.getLogger(__name__)

QUEUE = "transcriptions"
"""Beside the queue of recordings, so that finishing never waits for one of these."""
TRANSCRIBE = "transcribe"


def register(transcriber: Transcriber) -> None:
    """Makes the workflow known. Call after DBOS was made and before it is launched."""

    @DBOS.workflow(name=TRANSCRIBE)
    async def transcribe(transcription_id: str) -> str:
        transcriber.is_busy = True
        try:
            return await _write_down(transcriber, transcription_id)
        except Outdated:
            await step("fail", transcriber.fail, transcription_id, "transcript_outdated")
            return "outdated"
        except Unavailable as error:
            logger.warning("no recording can be written down here: %s", error.code)
            await step("fail", transcriber.fail, transcription_id, error.code)
            return error.code
        except Exception:
            logger.exception("recording could not be written down: %s", transcription_id[-8:])
            await step("fail", transcriber.fail, transcription_id, "transcript_failed")
            raise
        finally:
            transcriber.is_busy = False


async def _write_down(transcriber: Transcriber, transcription_id: str) -> str:
    work = await step("plan", transcriber.plan, transcription_id)
    if work is None:
        raise Outdated
    for number in range(len(work.users)):
        await step("person", transcriber.person, work, number)
    await step("finish", transcriber.finish, work)
    return "ready"


async def hand_over(settings: Settings, database: Database) -> None:
    """Enqueues what was asked for. Asking twice for one attempt is asking once."""
    async with database.reading() as db:
        waiting = [(row.id, row.attempt) for row in await jobs.under_way(db)]
    await enqueue(settings, QUEUE, TRANSCRIBE, waiting)
