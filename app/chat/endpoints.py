"""What was kept of a meeting's chat over HTTP. It is written in the room alone."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.http import CurrentActor
from app.chat import service, told
from app.chat.forms import ChatLinePublic, ChatPublic
from app.kit.http import Ctx, Db
from app.kit.permissions import Action
from app.recordings import service as recordings

router = APIRouter(tags=["chat"])


HERE = "/recordings/{recording_id}/chat"


@router.get(HERE)
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


@router.delete(HERE + "/{line_id}", status_code=204)
async def remove_chat_line(recording_id: UUID, line_id: UUID, db: Db, actor: CurrentActor) -> None:
    """One line, when somebody whom it names asks to have it taken out. Whoever wrote a line takes
    all of theirs back by withdrawing the consent."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.REMOVE_CHAT)
    line = await service.remove(db, recording, meeting, line_id)
    await told.removed(db, actor, meeting, line)
