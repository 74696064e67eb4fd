"""How far two agree on where a recording's turns begin and end. For the research team alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.http import CurrentActor
from app.agreement import rows, segmentations
from app.agreement.forms import BoundariesPublic, BoundaryRow, SecondSegmentation
from app.agreement.segmentations import SecondFile
from app.kit.audit import Deed
from app.kit.csv_file import Decimal, csv_file
from app.kit.http import Ctx, Db, download
from app.kit.permissions import Action
from app.recordings import auditing

router = APIRouter(tags=["agreement"])


@router.get("/recordings/{recording_id}/boundaries")
async def boundaries(
    recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> BoundariesPublic:
    """Where the machine cut turns, and where people did who judged its proposal."""
    own = await auditing.opened(context.database, db, actor, recording_id, *_READING)
    return rows.boundaries(await segmentations.with_machine(db, *own))


@router.get("/recordings/{recording_id}/boundaries.csv", response_class=Response)
async def boundaries_table(
    recording_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    found = await boundaries(recording_id, db, actor, context)
    return _table(found, decimal)


@router.post("/recordings/{recording_id}/boundaries")
async def boundaries_of_two(
    recording_id: UUID, form: SecondSegmentation, db: Db, actor: CurrentActor, context: Ctx
) -> BoundariesPublic:
    """What people accepted here beside what somebody else marked in a file. Nothing is kept."""
    own = await auditing.opened(context.database, db, actor, recording_id, *_READING)
    given = SecondFile(form.form, form.content, form.offset_ms)
    return rows.boundaries(await segmentations.with_file(db, *own, given))


@router.post("/recordings/{recording_id}/boundaries.csv", response_class=Response)
async def boundaries_of_two_table(
    recording_id: UUID,
    form: SecondSegmentation,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    found = await boundaries_of_two(recording_id, form, db, actor, context)
    return _table(found, decimal)


_READING = (Deed.READ_TURNS, Action.READ_TURNS)


def _table(found: BoundariesPublic, decimal: Decimal) -> Response:
    body = csv_file(list(BoundaryRow.model_fields), found.rows, decimal)
    return download(body, "boundaries.csv", "text/csv; charset=utf-8")
