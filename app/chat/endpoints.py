"""What was kept of a meeting's chat over HTTP. It is written in the room alone."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.http import CurrentActor
from app.chat import service, told
from app.chat.forms import ChatLinePublic, ChatPublic
from app.kit.http import Ctx, Db

router = APIRouter(tags=["chat"])


@router.get("/recordings/{recording_id}/chat")
async def chat(recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> ChatPublic:
    """Every line by time, of those whose consents allow it now. Whoever still codes the recording
    sees none."""
    recording, meeting = await told.opened(context.database, db, actor, recording_id)
    found = await service.shown(db, actor.user_id, recording, meeting)
    await told.read(context.database, db, actor, meeting, found)
    return ChatPublic(
        items=[
            ChatLinePublic(
                id=line.id,
                user_id=line.user_id,
                name=name,
                pseudonym=writer.pseudonym,
                at=line.at,
                position_ms=position_ms,
                text=line.text,
            )
            for line, writer, name, position_ms in found.rows
        ],
        is_withheld=found.is_withheld,
    )
