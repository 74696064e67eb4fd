"""Who is in a group: by name, or by pseudonym to whoever codes one of its recordings."""

from uuid import UUID

from fastapi import APIRouter
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.http import CurrentActor
from app.blinding import service as blinding
from app.groups import access, service
from app.groups.forms import MemberPublic
from app.groups.models import Group, GroupRole
from app.kit.http import Db
from app.kit.permissions import Action, may

router = APIRouter(tags=["groups"])


async def are_withheld(db: AsyncSession, actor: Actor, group: Group) -> bool:
    """Whether this reader must still be kept blind of somebody here. Not whoever runs the group,
    its facilitator or a coordinator: their work is with people by name."""
    if may(await access.roles(db, actor, group), Action.EDIT_GROUP):
        return False
    return await blinding.codes_in(db, actor.user_id, group.id)


@router.get("/groups/{group_id}/members")
async def members(group_id: UUID, db: Db, actor: CurrentActor) -> list[MemberPublic]:
    group = await service.get(db, actor, group_id)
    is_blind = await are_withheld(db, actor, group)
    return [
        MemberPublic(
            user_id=user.id,
            name=membership.pseudonym if is_blind else user.name,
            role=GroupRole(membership.role),
            pseudonym=membership.pseudonym,
            joined_at=membership.joined_at,
        )
        for membership, user in await service.members(db, group_id)
    ]
