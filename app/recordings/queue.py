"""Handing a finished recording to the worker: a durable queue in the database of its work."""

import asyncio
from uuid import UUID

from dbos import DBOSClient, EnqueueOptions

from app.kit.settings import Settings

QUEUE = "recordings"
FINALISE = "finalise"
APP_VERSION = "emessi"
"""Named outright, so that a newer program goes on with what an older one began."""


async def enqueue_finalise(settings: Settings, recording_id: UUID, attempt: int = 1) -> None:
    """Asks for the recording to be finished. Asking twice for one attempt is asking once."""
    options: EnqueueOptions = {
        "queue_name": QUEUE,
        "workflow_name": FINALISE,
        "workflow_id": f"{FINALISE}-{recording_id}-{attempt}",
        "app_version": APP_VERSION,
    }

    def enqueue() -> None:
        client = DBOSClient(system_database_url=settings.work_database_url)
        try:
            client.enqueue(options, str(recording_id))
        finally:
            client.destroy()

    await asyncio.to_thread(enqueue)
