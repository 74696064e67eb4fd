"""The audit log as a CSV table, sent while it is read."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

from app.audit import service
from app.kit.audit import AuditEntry
from app.kit.csv_file import csv_line
from app.kit.db import Database
from app.kit.spreadsheets import BYTE_ORDER_MARK

COLUMNS = (
    "sequence",
    "at",
    "deed",
    "result",
    "actor_id",
    "actor_name",
    "actor_role",
    "object_kind",
    "object_id",
    "subject_id",
    "subject_name",
    "group_id",
    "meeting_id",
    "details",
    "previous_hash",
    "hash",
)


async def table(
    database: Database, chain: UUID | None, wanted: service.Filter
) -> AsyncIterator[str]:
    """One line per entry in the order of the chain. It opens its own view of the database, which
    lasts as long as the file is sent."""
    yield BYTE_ORDER_MARK + csv_line(COLUMNS)
    async with database.reading() as db:
        async for rows in service.batches(db, service.entries(chain, wanted)):
            people = (await service.names(db, rows)).people
            yield "".join(csv_line(_fields(row, people)) for row in rows)


def _fields(row: AuditEntry, people: dict[UUID, str]) -> tuple[object, ...]:
    def name(id_: UUID | None) -> str:
        return people.get(id_, "") if id_ else ""

    return (
        row.sequence,
        row.at.isoformat(timespec="seconds"),
        row.deed,
        row.result,
        row.actor_id or "",
        name(row.actor_id),
        row.actor_role,
        row.object_kind,
        row.object_id or "",
        row.subject_id or "",
        name(row.subject_id),
        row.group_id or "",
        row.meeting_id or "",
        json.dumps(row.details, sort_keys=True),
        row.previous_hash,
        row.hash,
    )
