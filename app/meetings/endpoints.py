"""Meetings: the series, its changes, and the way in."""

from uuid import UUID

from fastapi import APIRouter, Request

from app.accounts.http import CurrentActor
from app.groups import service as groups
from app.kit.db import now
from app.kit.http import Ctx, Db, Page, Paging
from app.kit.idempotency import Idempotent
from app.kit.paging import page
from app.kit.tokens import STREAM_FOR
from app.meetings import service
from app.meetings.addresses import http_address, websocket_address
from app.meetings.forms import (
    JoinPublic,
    MeetingPublic,
    MeetingUpdate,
    Series,
    SeriesCreate,
    StreamCreate,
    StreamPublic,
)
from app.meetings.models import Meeting

router = APIRouter(prefix="/meetings", tags=["meetings"])


@router.get("")
async def meetings(
    group_id: UUID, db: Db, actor: CurrentActor, window: Paging
) -> Page[MeetingPublic]:
    await groups.get(db, actor, group_id)
    return await page(db, service.of_group(group_id), Meeting.id, window, MeetingPublic)


@router.post("", status_code=201)
async def create_series(
    form: SeriesCreate, db: Db, actor: CurrentActor, once: Idempotent
) -> Series:
    fields = form.model_dump(exclude={"group_id"})

    async def make() -> dict[str, list[Meeting]]:
        return {"items": await service.create_series(db, actor, form.group_id, **fields)}

    return await once(db, actor.user_id, Series, make)


@router.get("/{meeting_id}", response_model=MeetingPublic)
async def meeting(meeting_id: UUID, db: Db, actor: CurrentActor) -> Meeting:
    return await service.get(db, actor, meeting_id)


@router.patch("/{meeting_id}", response_model=MeetingPublic)
async def change_meeting(
    meeting_id: UUID, form: MeetingUpdate, db: Db, actor: CurrentActor
) -> Meeting:
    return await service.change(db, actor, meeting_id, form.model_dump(exclude_none=True))


@router.post("/{meeting_id}/cancel", response_model=MeetingPublic)
async def cancel_meeting(meeting_id: UUID, db: Db, actor: CurrentActor) -> Meeting:
    return await service.cancel(db, actor, meeting_id)


@router.post("/{meeting_id}/open", response_model=MeetingPublic)
async def open_meeting(meeting_id: UUID, db: Db, actor: CurrentActor) -> Meeting:
    return await service.open_(db, actor, meeting_id)


@router.post("/{meeting_id}/end", response_model=MeetingPublic)
async def end_meeting(meeting_id: UUID, db: Db, actor: CurrentActor) -> Meeting:
    return await service.end(db, actor, meeting_id)


@router.post("/{meeting_id}/join")
async def join_meeting(
    meeting_id: UUID, db: Db, actor: CurrentActor, context: Ctx, request: Request
) -> JoinPublic:
    token, node = await service.join(db, context.tokens, actor, meeting_id)
    return JoinPublic(
        url=f"{websocket_address(node, request, context)}/ws/meetings/{meeting_id}", token=token
    )


@router.post("/{meeting_id}/stream")
async def stream_meeting(
    meeting_id: UUID,
    form: StreamCreate,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    request: Request,
) -> StreamPublic:
    """A token for a program that publishes (WHIP) or watches (WHEP) in one's own name."""
    expires_at = now() + STREAM_FOR
    token, node = await service.stream(db, context.tokens, actor, meeting_id, form.scope)
    address = http_address(node, request, context)
    return StreamPublic(
        token=token,
        scope=form.scope,
        expires_at=expires_at,
        publish_url=f"{address}/whip/{meeting_id}",
        watch_url=f"{address}/whep/{meeting_id}",
    )
