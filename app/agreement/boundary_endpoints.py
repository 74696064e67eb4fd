"""How far two agree on where a recording's turns begin and end. For the research team alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.http import CurrentActor, PatientActor
from app.agreement import pooling, rows, segmentations
from app.agreement.forms import BoundariesPublic, BoundaryRow, PooledRow, SecondSegmentation
from app.agreement.segmentations import Compared, SecondFile
from app.audit.figures import witnessed
from app.exports.figures import Outgoing, ToBeOut, of_turns
from app.kit.audit import Deed
from app.kit.context import Context
from app.kit.csv_file import Decimal, csv_file
from app.kit.http import Ctx, Db, ReadingDb
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import auditing
from app.recordings.models import Recording

router = APIRouter(tags=["agreement"])
seen = Depends(witnessed("agreement"))


@router.get("/recordings/{recording_id}/boundaries")
async def boundaries(
    recording_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> BoundariesPublic:
    """Where the machine cut turns, and where people did who judged its proposal."""
    own = await _opened(db, actor, context, recording_id)
    return rows.boundaries(await segmentations.with_machine(db, *own))


@router.get("/recordings/{recording_id}/boundaries.csv", response_class=Response)
async def boundaries_table(
    recording_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    out: ToBeOut,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    own = await _opened(db, actor, context, recording_id)
    return await _table(out, own[1], await segmentations.with_machine(db, *own), decimal)


@router.get("/programmes/{programme_id}/boundaries", dependencies=[seen])
async def boundaries_of_programme(programme_id: UUID, db: Db) -> PooledRow:
    """The same over every recording of a programme in which people accepted turns."""
    return rows.pooled(await pooling.of_programme(db, programme_id))


@router.get(
    "/programmes/{programme_id}/boundaries.csv", response_class=Response, dependencies=[seen]
)
async def boundaries_of_programme_table(
    programme_id: UUID,
    db: Db,
    out: ToBeOut,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    found = await pooling.of_programme(db, programme_id)
    body = csv_file(list(PooledRow.model_fields), [rows.pooled(found)], decimal)
    return await out.table(body, "boundaries-pooled", found.counted)


@router.post("/recordings/{recording_id}/boundaries")
async def boundaries_of_two(
    recording_id: UUID, form: SecondSegmentation, db: ReadingDb, actor: PatientActor, context: Ctx
) -> BoundariesPublic:
    """What people accepted here beside what somebody else marked in a file. Nothing is kept."""
    own = await _opened(db, actor, context, recording_id)
    return rows.boundaries(await segmentations.with_file(db, *own, _second(form)))


@router.post("/recordings/{recording_id}/boundaries.csv", response_class=Response)
async def boundaries_of_two_table(
    recording_id: UUID,
    form: SecondSegmentation,
    db: ReadingDb,
    actor: PatientActor,
    context: Ctx,
    out: ToBeOut,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    own = await _opened(db, actor, context, recording_id)
    found = await segmentations.with_file(db, *own, _second(form))
    return await _table(out, own[1], found, decimal)


async def _opened(
    db: AsyncSession, actor: Actor, context: Context, recording_id: UUID
) -> tuple[Recording, Meeting]:
    reading = (Deed.READ_TURNS, Action.READ_TURNS)
    return await auditing.opened(context.database, db, actor, recording_id, *reading)


def _second(form: SecondSegmentation) -> SecondFile:
    return SecondFile(form.form, form.content, form.offset_ms)


async def _table(out: Outgoing, meeting: Meeting, found: Compared, decimal: Decimal) -> Response:
    body = csv_file(list(BoundaryRow.model_fields), rows.boundaries(found).rows, decimal)
    return await out.table(body, "boundaries", [of_turns(found.recording, meeting, found.people)])
