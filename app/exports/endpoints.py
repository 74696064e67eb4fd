"""Exports: a meeting or a whole group as one ZIP."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlmodel import col

from app.accounts.http import CurrentActor
from app.exports import bundle
from app.exports.streaming import zipped
from app.groups import access
from app.groups.models import Group
from app.kit.http import Ctx, Db
from app.kit.permissions import Action
from app.meetings import service as meetings
from app.meetings.models import Meeting
from app.recordings import auditing
from app.recordings.endpoints import MediaStore
from media.store import Store

router = APIRouter(tags=["exports"])


@router.get("/meetings/{meeting_id}/export", response_class=StreamingResponse)
async def export_meeting(
    meeting_id: UUID, db: Db, actor: CurrentActor, context: Ctx, store: MediaStore
) -> StreamingResponse:
    """Media, turns, consents and a manifest with hashes, as far as the consents in force allow."""
    meeting = await meetings.get(db, actor, meeting_id, Action.EXPORT)
    entries = bundle.with_sums(await bundle.of_meeting(db, context.keys, meeting))
    group = await db.get_one(Group, meeting.group_id)
    await auditing.exported(context.database, db, actor, group, meeting)
    return _archive(entries, store, f"emessi-meeting-{meeting.ordinal}.zip")


@router.get("/groups/{group_id}/export", response_class=StreamingResponse)
async def export_group(
    group_id: UUID, db: Db, actor: CurrentActor, context: Ctx, store: MediaStore
) -> StreamingResponse:
    """Every meeting of a group, each in its folder."""
    group = await access.require(db, actor, group_id, Action.EXPORT)
    query = meetings.of_group(group.id).order_by(col(Meeting.starts_at), col(Meeting.id))
    entries = []
    for place, meeting in enumerate((await db.exec(query)).all(), start=1):
        folder = f"{place:02}-{meeting.kind}-{meeting.ordinal}/"
        entries += await bundle.of_meeting(db, context.keys, meeting, folder)
    await auditing.exported(context.database, db, actor, group, None)
    return _archive(bundle.with_sums(entries), store, "emessi-group.zip")


def _archive(entries: list[bundle.Entry], store: Store, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    body = zipped(entries, store, asyncio.get_running_loop())
    return StreamingResponse(body, media_type="application/zip", headers=headers)
