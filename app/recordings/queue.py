"""Handing work over to the worker: durable queues in the database of its work."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from dbos import DBOSClient, EnqueueOptions

from app.kit.settings import Settings

QUEUE = "recordings"
FINALISE = "finalise"
APP_VERSION = "emessi"
"""Named outright, so that a newer program goes on with what an older one began."""


async def enqueue_finalise(settings: Settings, recording_id: UUID, attempt: int = 1) -> None:
    """Asks for the recording to be finished. Asking twice for one attempt is asking once."""
    await enqueue(settings, QUEUE, FINALISE, [(recording_id, attempt)])


async def enqueue(
    settings: Settings, queue: str, workflow: str, wanted: Sequence[tuple[UUID, int]]
) -> None:
    """Asks for the workflow to be run for each id, with the number of the attempt. Asking twice
    for one attempt is asking once."""
    if wanted:
        await asyncio.to_thread(_enqueue, settings.work_database_url, queue, workflow, wanted)


def _enqueue(url: str, queue: str, workflow: str, wanted: Sequence[tuple[UUID, int]]) -> None:
    client = DBOSClient(system_database_url=url)
    try:
        for id_, attempt in wanted:
            options: EnqueueOptions = {
                "queue_name": queue,
                "workflow_name": workflow,
                "workflow_id": f"{workflow}-{id_}-{attempt}",
                "app_version": APP_VERSION,
            }
            client.enqueue(options, str(id_))
    finally:
        client.destroy()
