"""Tables that leave the house by themselves: what people made of a recording's turns, and how well
the connections of a meeting worked. They stand in the register as every export does."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from app.accounts.http import CurrentActor
from app.audit.figures import witnessed
from app.consent.models import Purpose
from app.exports.figures import Counted, ToBeOut, of_turns
from app.kit.audit import Deed
from app.kit.csv_file import Decimal, csv_file
from app.kit.http import Ctx, Db
from app.kit.permissions import Action
from app.quality import service as quality
from app.quality.table import table
from app.recordings import auditing
from app.recordings import service as recordings
from app.turns import history
from app.turns.forms import HistoryRow
from app.turns.history_endpoints import Wanted
from app.turns.shown import history_rows, names_for

router = APIRouter(tags=["exports"])


@router.get("/recordings/{recording_id}/edits/history.csv", response_class=Response)
async def edit_history_csv(
    recording_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    wanted: Wanted,
    out: ToBeOut,
    decimal: Decimal = Decimal.POINT,
) -> Response:
    """One line per turn that an edit took or gave; speakers by pseudonym."""
    deed, action = Deed.DOWNLOADED, Action.READ_TURNS
    recording, meeting = await auditing.opened(
        context.database, db, actor, recording_id, deed, action
    )
    names = await names_for(db, actor, recording_id)
    steps = [step async for step in history.whole(db, actor, recording_id, wanted)]
    rows = [row for step in steps for row in history_rows(step, names)]
    turns = [row.turn for step in steps for row in (*step.told.taken, *step.told.given)]
    body = csv_file(list(HistoryRow.model_fields), rows, decimal)
    told = of_turns(recording, meeting, {turn.user_id for turn in turns})
    return await out.table(body, f"edits-{meeting.ordinal}", [told])


@router.get(
    "/meetings/{meeting_id}/quality.csv",
    response_class=Response,
    dependencies=[Depends(witnessed("quality", Action.READ_QUALITY))],
)
async def quality_csv(meeting_id: UUID, db: Db, actor: CurrentActor, out: ToBeOut) -> Response:
    """One line per person and stretch; pseudonyms alone."""
    meeting = await quality.readable(db, actor, meeting_id)
    recording = await recordings.of_meeting(db, meeting.id)
    rows = await quality.rows(db, meeting)
    told = Counted(
        meeting.group_id,
        meeting.id,
        recording.id if recording else None,
        {row.sample.user_id for row in rows},
        [Purpose.INDEXING],
    )
    return await out.table(table(meeting, rows), f"quality-{meeting.ordinal}", [told])
