"""The history of a recording's edits over HTTP, to be read. As a table: `app.exports.tables`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.accounts.http import CurrentActor
from app.kit.audit import Deed
from app.kit.http import Ctx, Db
from app.kit.permissions import Action
from app.recordings import auditing
from app.turns import history
from app.turns.forms import History
from app.turns.history import Filter
from app.turns.shown import names_for, step_public

router = APIRouter(prefix="/recordings/{recording_id}/edits", tags=["turns"])


def _filter(author_id: UUID | None = None, speaker_id: UUID | None = None) -> Filter:
    return Filter(author_id, speaker_id)


Wanted = Annotated[Filter, Depends(_filter)]


@router.get("/history")
async def edit_history(
    recording_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    wanted: Wanted,
    before: Annotated[int | None, Query(ge=1, le=1_000_000_000)] = None,
    limit: Annotated[int, Query(ge=1, le=history.AT_ONCE)] = 50,
) -> History:
    """Who changed which turns to what, the newest first, each beside what had been proposed."""
    deed, action = Deed.READ_TURNS, Action.READ_TURNS
    await auditing.opened(context.database, db, actor, recording_id, deed, action)
    steps, more = await history.page(db, actor, recording_id, wanted, before, limit)
    names = await names_for(db, actor, recording_id)
    return History(items=[step_public(step, names) for step in steps], before=more)
