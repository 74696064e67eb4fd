"""What the audit log hears of the chat: who read it, never a word."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.chat.erasure import KIND
from app.chat.models import ChatLine
from app.chat.service import Shown
from app.kit.audit import Deed
from app.kit.db import Database
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import auditing
from app.recordings.models import Recording


async def opened(
    database: Database, db: AsyncSession, actor: Actor, recording_id: UUID
) -> tuple[Recording, Meeting]:
    """Through the door to what people wrote; who is refused is told of."""
    action = Action.READ_TRANSCRIPT
    return await auditing.knocked(database, db, actor, recording_id, Deed.READ_CHAT, action)


async def removed(db: AsyncSession, actor: Actor, meeting: Meeting, line: ChatLine) -> None:
    """In the transaction that does it."""
    deed, action = Deed.CHAT_REMOVED, Action.REMOVE_CHAT
    id_, writer = line.recording_id, line.user_id
    await auditing.changed(db, actor, meeting, deed, KIND, id_, action, {"lines": 1}, writer)


async def read(
    database: Database, db: AsyncSession, actor: Actor, meeting: Meeting, found: Shown
) -> None:
    """Before lines are shown."""
    if found.rows:
        id_ = found.rows[0].line.recording_id
        await auditing.told(database, db, actor, meeting, Deed.READ_CHAT, KIND, id_)
