"""Groups and those in them. Who is in one is told by `app.coding.members`, which knows before whom
names are withheld."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.http import CurrentActor
from app.groups import service
from app.groups.forms import GroupCreate, GroupPublic, GroupUpdate
from app.groups.models import Group
from app.kit.http import Db, Page, Paging
from app.kit.idempotency import Idempotent
from app.kit.paging import page

router = APIRouter(prefix="/groups", tags=["groups"])


@router.get("")
async def groups(
    db: Db, actor: CurrentActor, window: Paging, programme_id: UUID | None = None
) -> Page[GroupPublic]:
    return await page(db, service.seen_by(actor, programme_id), Group.id, window, GroupPublic)


@router.post("", status_code=201)
async def create_group(
    form: GroupCreate, db: Db, actor: CurrentActor, once: Idempotent
) -> GroupPublic:
    fields = form.model_dump(exclude={"programme_id"})
    return await once(
        db,
        actor.user_id,
        GroupPublic,
        lambda: service.create(db, actor, form.programme_id, fields),
    )


@router.get("/{group_id}", response_model=GroupPublic)
async def group(group_id: UUID, db: Db, actor: CurrentActor) -> Group:
    return await service.get(db, actor, group_id)


@router.patch("/{group_id}", response_model=GroupPublic)
async def change_group(group_id: UUID, form: GroupUpdate, db: Db, actor: CurrentActor) -> Group:
    return await service.change(db, actor, group_id, form.model_dump(exclude_none=True))


@router.delete("/{group_id}", status_code=204)
async def delete_group(group_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Only one on which nothing stands yet."""
    await service.delete(db, actor, group_id)


@router.delete("/{group_id}/members/{user_id}", status_code=204)
async def remove_member(group_id: UUID, user_id: UUID, db: Db, actor: CurrentActor) -> None:
    await service.remove(db, actor, group_id, user_id)
