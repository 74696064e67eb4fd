"""Programmes and their staff."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.http import CurrentActor
from app.accounts.models import User
from app.kit.http import Db, Page, Paging
from app.kit.idempotency import Idempotent
from app.kit.paging import page
from app.programmes import service
from app.programmes.forms import (
    ProgrammeCreate,
    ProgrammePublic,
    ProgrammeUpdate,
    StaffAppoint,
    StaffPublic,
)
from app.programmes.models import Programme, ProgrammeRole, ProgrammeStaff

router = APIRouter(prefix="/programmes", tags=["programmes"])


@router.get("")
async def programmes(db: Db, actor: CurrentActor, window: Paging) -> Page[ProgrammePublic]:
    return await page(db, service.seen_by(actor), Programme.id, window, ProgrammePublic)


@router.post("", status_code=201)
async def create_programme(
    form: ProgrammeCreate, db: Db, actor: CurrentActor, once: Idempotent
) -> ProgrammePublic:
    fields = form.model_dump()
    return await once(db, actor.user_id, ProgrammePublic, lambda: service.create(db, actor, fields))


@router.get("/{programme_id}", response_model=ProgrammePublic)
async def programme(programme_id: UUID, db: Db, actor: CurrentActor) -> Programme:
    return await service.get(db, actor, programme_id)


@router.patch("/{programme_id}", response_model=ProgrammePublic)
async def change_programme(
    programme_id: UUID, form: ProgrammeUpdate, db: Db, actor: CurrentActor
) -> Programme:
    return await service.change(db, actor, programme_id, form.model_dump(exclude_none=True))


@router.delete("/{programme_id}", status_code=204)
async def delete_programme(programme_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Only one on which nothing stands yet."""
    await service.delete(db, actor, programme_id)


@router.get("/{programme_id}/staff")
async def staff(programme_id: UUID, db: Db, actor: CurrentActor) -> list[StaffPublic]:
    return [_public(*pair) for pair in await service.staff(db, actor, programme_id)]


@router.post("/{programme_id}/staff", status_code=201)
async def appoint(
    programme_id: UUID, form: StaffAppoint, db: Db, actor: CurrentActor
) -> StaffPublic:
    return _public(*await service.appoint(db, actor, programme_id, form.email, form.role))


@router.delete("/{programme_id}/staff/{user_id}/{role}", status_code=204)
async def dismiss(
    programme_id: UUID, user_id: UUID, role: ProgrammeRole, db: Db, actor: CurrentActor
) -> None:
    await service.dismiss(db, actor, programme_id, user_id, role)


def _public(held: ProgrammeStaff, user: User) -> StaffPublic:
    return StaffPublic(
        user_id=user.id, name=user.name, email=user.email, role=ProgrammeRole(held.role)
    )
