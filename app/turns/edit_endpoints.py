"""The workbench over HTTP: what it starts from, what is new, and every edit."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts.http import CurrentActor
from app.kit.audit import Deed
from app.kit.http import Ctx, Db
from app.kit.permissions import Action
from app.recordings import auditing
from app.turns import dismissing, edits, service
from app.turns.editing import TurnGone, TurnsOverlap
from app.turns.forms import (
    EditMake,
    EditPublic,
    News,
    SpeechDismiss,
    SpeechDismissed,
    WorkbenchPublic,
)
from app.turns.shown import edit_public, names_for, turn_public

router = APIRouter(prefix="/recordings", tags=["turns"])

AT_ONCE = 500
"""Edits per answer. Lower: more requests after a long absence. Higher: answers of megabytes."""


@router.get("/{recording_id}/workbench")
async def workbench(
    recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> WorkbenchPublic:
    """Every live turn, and what the caller can undo and redo."""
    deed, action = Deed.READ_TURNS, Action.READ_TURNS
    await auditing.opened(context.database, db, actor, recording_id, deed, action)
    found = await edits.bench(db, actor, recording_id)
    names = await names_for(db, actor, recording_id)
    return WorkbenchPublic(
        index_id=found.in_use.id,
        sequence=found.sequence,
        turns=[turn_public(row, names) for row in found.rows],
        heard=found.heard,
        dismissed=found.dismissed,
        undo=[edit_public(told, names) for told in found.undo],
        redo=[edit_public(told, names) for told in found.redo],
    )


@router.get("/{recording_id}/edits")
async def edits_since(
    recording_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    after: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> News:
    """The edits after that sequence number, in order, at most 500; who has fewer has them all."""
    deed, action = Deed.READ_TURNS, Action.READ_TURNS
    await auditing.opened(context.database, db, actor, recording_id, deed, action)
    index = await service.newest(db, recording_id)
    if index is None:
        raise edits.NotIndexed
    found = await edits.since(db, actor, recording_id, after, AT_ONCE)
    names = await names_for(db, actor, recording_id)
    return News(index_id=index.id, edits=[edit_public(told, names) for told in found])


@router.post("/{recording_id}/edits", status_code=201)
async def make_edit(recording_id: UUID, form: EditMake, db: Db, actor: CurrentActor) -> EditPublic:
    """Does one edit. The same id again is answered as the first time. A turn that is no longer
    there is a 409 whose `edits` took it away and whose `turns` stand there now."""
    try:
        made = await edits.make(db, actor, recording_id, form)
        return edit_public(made, await names_for(db, actor, recording_id))
    except (TurnGone, TurnsOverlap) as refusal:
        by, there = await edits.in_the_way(db, actor, recording_id, form)
        names = await names_for(db, actor, recording_id)
        refusal.details = {
            "edits": [edit_public(told, names).model_dump(mode="json") for told in by],
            "turns": [turn_public(row, names).model_dump(mode="json") for row in there],
        }
        raise


@router.post("/{recording_id}/dismissed-speech", status_code=201)
async def dismiss_speech(
    recording_id: UUID, form: SpeechDismiss, db: Db, actor: CurrentActor
) -> SpeechDismissed:
    """Nobody speaks in this stretch of a file of everybody's voices: it is not shown any more. A
    stretch that was not heard, just so, is a 404. The same again changes nothing."""
    row = await dismissing.dismiss(db, actor, recording_id, form.start_ms, form.end_ms)
    return SpeechDismissed(dismissed=len(row.dismissed))


@router.delete("/{recording_id}/dismissed-speech", status_code=204)
async def bring_speech_back(recording_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Shows all again that was dismissed."""
    await dismissing.bring_back(db, actor, recording_id)
