"""The speaking turns of a recording."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.http import CurrentActor
from app.kit.audit import Deed
from app.kit.http import Ctx, Db, Paging, cursor_of
from app.kit.permissions import Action
from app.recordings import auditing
from app.turns import service
from app.turns.forms import Turns
from app.turns.shown import names_for, turn_public

router = APIRouter(prefix="/recordings", tags=["turns"])


@router.get("/{recording_id}/turns")
async def turns(
    recording_id: UUID, db: Db, actor: CurrentActor, window: Paging, context: Ctx
) -> Turns:
    deed, action = Deed.READ_TURNS, Action.READ_TURNS
    await auditing.opened(context.database, db, actor, recording_id, deed, action)
    index, rows = await service.of_recording(db, actor, recording_id)
    names = await names_for(db, actor, recording_id)
    shown, last = service.windowed(rows, window)
    return Turns(
        version=index.version if index else None,
        parameters=index.parameters if index else {},
        created_at=index.created_at if index else None,
        items=[turn_public(row, names) for row in shown],
        next_cursor=cursor_of(last) if last else None,
    )
