"""What a receipt says: what was erased, when and why, and what it does not reach. No content."""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import ConsentDecision
from app.erasures import service
from app.exports.register import Registered
from app.groups import service as groups
from app.meetings.models import Meeting
from app.notes import service as notes
from app.recordings import service as recordings
from app.recordings import spooled
from app.recordings.models import Erasure, Recording
from app.surveys import kept as surveys
from app.vault.models import DataKey

FORMAT = "emessi erasure receipt 1"
DATABASE_BACKUPS = "database_backups"
"""A backup of the database from before holds turns, words, chat and who was recorded when until it
is rotated. It opens nothing in the store, unless it was made before keys had a folder of their
own."""
KEY_BACKUPS = "key_backups"
"""A backup of the keys' folder from before opens, until it is rotated, what a backup of the store
holds."""
DATABASE_REMAINS = "database_remains"
"""PostgreSQL keeps what rows held in its files until it needs the place, and in its log of writes
until that is recycled or for as long as it is archived."""
NODE_DISKS = "node_disks"
"""A node that is gone may have sealed tapes on its disk, and deletes them when it comes back."""
EXPORTS = "exports"
"""What people have on their own machines."""
OBSERVATION_NOTES = "observation_notes"
"""Whom they speak of stands in their words alone: people must read them."""
SURVEY_ANSWERS = "survey_answers"
"""They rest on no consent given here. Who withdraws from being studied is linked no longer; who
wants them gone asks for it, or is erased."""


async def document(db: AsyncSession, erasure: Erasure) -> dict[str, Any]:
    """People stand under their pseudonyms, times are UTC."""
    recording = await db.get_one(Recording, erasure.recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    members = await groups.members(db, meeting.group_id, former=True)
    pseudonyms = {user.id: member.pseudonym for member, user in members}
    causes = await service.withdrawals(db, erasure)
    exports = await service.exports_before(db, erasure)
    return {
        "format": FORMAT,
        "software": f"emessi {version('emessi')}",
        "id": str(erasure.id),
        "person": pseudonyms.get(erasure.user_id, "unknown"),
        "group_id": str(meeting.group_id),
        "meeting": {
            "id": str(meeting.id),
            "kind": str(meeting.kind),
            "ordinal": meeting.ordinal,
            "starts_at": _at(meeting.starts_at),
        },
        "recording_id": str(recording.id),
        "reason": service.reason(erasure),
        "withdrawals": [_withdrawal(row) for row in causes],
        "keys_destroyed": await _keys(db, erasure),
        "objects_deleted": erasure.deleted_objects,
        "turns_deleted": erasure.deleted_turns,
        "transcript_lines_deleted": erasure.deleted_lines,
        "chat_lines_deleted": erasure.deleted_chat_lines,
        "files_made_again": [
            {
                "kind": str(file.kind),
                "person": pseudonyms.get(file.user_id, "unknown") if file.user_id else None,
                "sha256": file.sha256,
            }
            for file in await recordings.files(db, recording.id)
            if file.created_at >= erasure.begun_at
        ],
        "exports_before": [_export(each) for each in exports],
        "not_reached": await _not_reached(db, erasure, meeting, exports),
        "erased_from": _at(erasure.begun_at),
        "attested_at": _at(erasure.attested_at) if erasure.attested_at else None,
    }


async def _not_reached(
    db: AsyncSession, erasure: Erasure, meeting: Meeting, exports: Sequence[Registered]
) -> list[str]:
    rows = erasure.deleted_turns + erasure.deleted_lines + erasure.deleted_chat_lines
    there = {
        DATABASE_BACKUPS: True,
        KEY_BACKUPS: bool(erasure.destroyed_keys),
        DATABASE_REMAINS: rows > 0 and db.get_bind().dialect.name == "postgresql",
        NODE_DISKS: any(await spooled.of(db, erasure.deleted_objects)),
        EXPORTS: bool(exports),
        OBSERVATION_NOTES: await notes.exist(db, meeting.id),
        SURVEY_ANSWERS: await surveys.answered(db, meeting.group_id, erasure.user_id),
    }
    return [name for name, is_there in there.items() if is_there]


def _withdrawal(row: ConsentDecision) -> dict[str, Any]:
    return {
        "purpose": str(row.purpose),
        "requested_at": _at(row.decided_at),
        "ledger_row": str(row.id),
        "ledger_sequence": row.sequence,
        "ledger_hash": row.hash,
    }


async def _keys(db: AsyncSession, erasure: Erasure) -> list[dict[str, Any]]:
    ids = [UUID(each) for each in erasure.destroyed_keys]
    query = select(DataKey).where(col(DataKey.id).in_(ids)).order_by(col(DataKey.id))
    return [
        {
            "id": str(key.id),
            "scope": key.scope,
            "destroyed_at": _at(key.destroyed_at) if key.destroyed_at else None,
        }
        for key in (await db.exec(query)).all()
    ]


def _export(registered: Registered) -> dict[str, Any]:
    record, contents = registered
    return {
        "id": str(record.id),
        "exported_at": _at(record.exported_at),
        "purposes": sorted({purpose for content in contents for purpose in content.purposes}),
        "manifest_sha256": record.manifest_sha256,
    }


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
