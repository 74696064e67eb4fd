"""How long a programme keeps its recordings, and what is held longer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts.http import CurrentActor
from app.kit.http import Db
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.retention import holds, service
from app.retention.forms import (
    ConsequencesPublic,
    DeadlinePublic,
    HoldCreate,
    HoldPublic,
    RetentionPublic,
    RetentionUpdate,
)
from app.retention.models import LegalHold

router = APIRouter(tags=["retention"])
NewDays = Annotated[int, Query(ge=1, le=36_500)]


@router.get("/programmes/{programme_id}/retention")
async def retention(programme_id: UUID, db: Db, actor: CurrentActor) -> RetentionPublic:
    """What would be erased when, and why not: the dry run."""
    return await _public(db, actor, await programmes.get(db, actor, programme_id))


@router.get("/programmes/{programme_id}/retention/preview")
async def preview_retention(
    programme_id: UUID, retention_days: NewDays, db: Db, actor: CurrentActor
) -> ConsequencesPublic:
    """What another period would do. Nothing is changed."""
    found = await service.consequences(db, actor, programme_id, retention_days)
    return ConsequencesPublic(
        erased_at_once=[DeadlinePublic.model_validate(each) for each in found.erased_at_once],
        near=[DeadlinePublic.model_validate(each) for each in found.near],
        promised_less=found.promised_less,
    )


@router.put("/programmes/{programme_id}/retention")
async def change_retention(
    programme_id: UUID, form: RetentionUpdate, db: Db, actor: CurrentActor
) -> RetentionPublic:
    """Refused while `erases` is not the number of recordings that it would erase at once."""
    programme = await service.change(
        db,
        actor,
        programme_id,
        days=form.retention_days,
        warning_days=form.warning_days,
        erases=form.erases,
    )
    return await _public(db, actor, programme)


@router.post("/programmes/{programme_id}/holds", status_code=201, response_model=HoldPublic)
async def set_hold(programme_id: UUID, form: HoldCreate, db: Db, actor: CurrentActor) -> LegalHold:
    """Stops the clock. A withdrawal erases all the same."""
    return await holds.set_hold(db, actor, programme_id, **form.model_dump())


@router.post("/holds/{hold_id}/lift", response_model=HoldPublic)
async def lift_hold(hold_id: UUID, db: Db, actor: CurrentActor) -> LegalHold:
    return await holds.lift(db, actor, hold_id)


async def _public(db: Db, actor: CurrentActor, programme: Programme) -> RetentionPublic:
    listed = await service.of_programme(db, actor, programme.id)
    held = await holds.of_programme(db, actor, programme.id)
    return RetentionPublic(
        retention_days=programme.retention_days,
        warning_days=programme.warning_days,
        recordings=[DeadlinePublic.model_validate(each) for each in listed],
        holds=[HoldPublic.model_validate(hold) for hold in held],
    )
