"""Taking out what was heard in a file of everybody's voices and is no speech: a chair, a door.

Such a stretch is nobody's turn and in no figure, so this is no edit of a turn either: it is judged
by hand, for everybody who works on the recording, and can all be brought back.
"""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit.errors import NotFound
from app.kit.permissions import Action
from app.recordings import service as recordings
from app.turns import edits, shared
from app.turns.models import SharedSpeech


async def dismiss(
    db: AsyncSession, actor: Actor, recording_id: UUID, start_ms: int, end_ms: int
) -> SharedSpeech:
    """Twice is once. NotFound where nothing was heard just so."""
    row = await _held(db, actor, recording_id)
    span = [start_ms, end_ms]
    if row is None or span not in row.segments:
        raise NotFound
    if span not in row.dismissed:
        row.dismissed = sorted([*row.dismissed, span])
        await db.flush()
    return row


async def bring_back(db: AsyncSession, actor: Actor, recording_id: UUID) -> None:
    """All that was dismissed."""
    row = await _held(db, actor, recording_id)
    if row is not None:
        row.dismissed = []
        await db.flush()


async def _held(db: AsyncSession, actor: Actor, recording_id: UUID) -> SharedSpeech | None:
    recording, meeting = await recordings.get(db, actor, recording_id, Action.EDIT_TURNS)
    await recordings.hold(db, recording_id)
    row = await shared.standing(db, recording_id, meeting)
    if row is not None:
        await edits.tell(db, actor, recording, meeting)
    return row
