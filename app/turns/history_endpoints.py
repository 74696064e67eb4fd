"""The history of a recording's edits over HTTP, to be read and as a table."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.accounts.http import CurrentActor
from app.kit.audit import Deed
from app.kit.csv_file import Decimal, csv_file
from app.kit.http import Ctx, Db, download
from app.kit.permissions import Action
from app.recordings import auditing
from app.turns import history
from app.turns.forms import History, HistoryRow
from app.turns.history import Filter
from app.turns.shown import history_rows, names_for, step_public

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


@router.get("/history.csv", response_class=Response)
async def edit_history_csv(
    recording_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    wanted: Wanted,
    decimal: Decimal = Decimal.POINT,
) -> Response:
    """One line per turn that an edit took or gave; speakers by pseudonym."""
    deed, action = Deed.DOWNLOADED, Action.READ_TURNS
    _, meeting = await auditing.opened(context.database, db, actor, recording_id, deed, action)
    steps = history.whole(db, actor, recording_id, wanted)
    names = await names_for(db, actor, recording_id)
    rows = [row async for step in steps for row in history_rows(step, names)]
    body = csv_file(list(HistoryRow.model_fields), rows, decimal)
    return download(body, f"edits-{meeting.ordinal}.csv", "text/csv; charset=utf-8")
