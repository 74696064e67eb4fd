"""The register of exports: what went out with whose data, for when somebody withdraws.

The table of consents in an export names everyone's pseudonym; the register counts those whose
voice, picture, turns, words, chat or answers were in it, because that is what receivers must
delete.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.actor import Actor
from app.exports.agreed import Contents
from app.exports.models import Audience, ExportContent, ExportRecord
from app.kit.db import now
from app.meetings.models import Meeting
from app.recordings.models import Recording

SAME_DOWNLOAD = timedelta(days=1)
"""Lower: a slow download that goes on is told twice. Higher: copies made later are not told."""


class Registered(NamedTuple):
    record: ExportRecord
    contents: list[ExportContent]


class Out(NamedTuple):
    """One file that goes out."""

    group_id: UUID
    meeting_id: UUID | None
    """None: every meeting of the group."""
    file_name: str
    sha256: str
    """Of a ZIP's SHA256SUMS; of anything else, of the file."""
    held: Iterable[tuple[UUID | None, Contents]]
    """By recording; None: of the group."""
    audience: Audience = Audience.RESEARCH


async def enter(
    db: AsyncSession, actor: Actor, out: Out, exported_at: datetime | None = None
) -> ExportRecord:
    """Writes down who exports what of whom. `exported_at`: when it was put together, if not now."""
    record = ExportRecord(
        group_id=out.group_id,
        meeting_id=out.meeting_id,
        file_name=out.file_name,
        audience=out.audience,
        exported_by=actor.user_id,
        exported_at=exported_at or now(),
        manifest_sha256=out.sha256,
    )
    db.add(record)
    await db.flush()
    for recording_id, contents in out.held:
        for user_id, purposes in contents.items():
            db.add(
                ExportContent(
                    record_id=record.id,
                    recording_id=recording_id,
                    user_id=user_id,
                    purposes=sorted(purposes),
                )
            )
    return record


async def enter_download(db: AsyncSession, actor: Actor, out: Out, moment: datetime) -> None:
    """Of one file, whichever part of it is asked for first: programs that save ask for many parts,
    and go on where they broke off. The next day it is another download."""
    again = records(out.group_id).where(
        ExportRecord.exported_by == actor.user_id,
        ExportRecord.file_name == out.file_name,
        ExportRecord.manifest_sha256 == out.sha256,
        col(ExportRecord.exported_at) > moment - SAME_DOWNLOAD,
    )
    if (await db.exec(again.limit(1))).first() is None:
        await enter(db, actor, out, moment)


def records(group_id: UUID) -> SelectOfScalar[ExportRecord]:
    return select(ExportRecord).where(ExportRecord.group_id == group_id)


async def of_group(db: AsyncSession, group_id: UUID) -> list[Registered]:
    """Newest first."""
    found = (await db.exec(records(group_id).order_by(col(ExportRecord.id).desc()))).all()
    held = await contents_of(db, [record.id for record in found])
    return [Registered(record, held.get(record.id, [])) for record in found]


async def contents_of(
    db: AsyncSession, record_ids: Collection[UUID]
) -> dict[UUID, list[ExportContent]]:
    query = select(ExportContent).where(col(ExportContent.record_id).in_(record_ids))
    held: dict[UUID, list[ExportContent]] = {}
    for content in (await db.exec(query.order_by(col(ExportContent.id)))).all():
        held.setdefault(content.record_id, []).append(content)
    return held


async def with_data_of(
    db: AsyncSession, recording_id: UUID, user_id: UUID, purposes: Collection[str]
) -> list[Registered]:
    """The exports that held something of this person from this recording, or from its group, by
    one of these consents; oldest first."""
    of_group = select(Meeting.group_id).join(Recording).where(Recording.id == recording_id)
    common = col(ExportContent.recording_id).is_(None)
    query = (
        select(ExportRecord, ExportContent)
        .join(ExportContent, col(ExportContent.record_id) == ExportRecord.id)
        .where(ExportContent.user_id == user_id)
        .where(
            or_(
                ExportContent.recording_id == recording_id,
                common & col(ExportRecord.group_id).in_(of_group),
            )
        )
        .order_by(col(ExportRecord.id))
    )
    return [
        Registered(record, [content])
        for record, content in (await db.exec(query)).all()
        if set(content.purposes) & set(purposes)
    ]
