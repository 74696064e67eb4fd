"""Handing over to the worker: from another process, durably, once for one attempt."""

import asyncio
from pathlib import Path

from dbos import DBOSClient, run_dbos_database_migrations

from app.kit.ids import new_id
from app.kit.settings import Settings
from app.recordings.queue import APP_VERSION, FINALISE, QUEUE, enqueue_finalise


async def test_asking_twice_is_asking_once(tmp_path: Path) -> None:
    settings, recording_id = Settings(data=tmp_path), new_id()
    await asyncio.to_thread(run_dbos_database_migrations, settings.work_database_url)

    for attempt in (1, 1, 2):
        await enqueue_finalise(settings, recording_id, attempt)

    def listed() -> list[tuple[str, str, str | None, str | None, str]]:
        client = DBOSClient(system_database_url=settings.work_database_url)
        try:
            return sorted(
                (w.workflow_id, w.status, w.queue_name, w.app_version, w.name)
                for w in client.list_workflows()
            )
        finally:
            client.destroy()

    assert await asyncio.to_thread(listed) == [
        (f"{FINALISE}-{recording_id}-{n}", "ENQUEUED", QUEUE, APP_VERSION, FINALISE) for n in (1, 2)
    ]
