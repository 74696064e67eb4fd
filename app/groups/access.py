"""Which roles a person has towards a group, and the one door to it."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.groups.models import Group, Membership
from app.kit.errors import NotAllowed, NotFound
from app.kit.permissions import Action, Role, may
from app.programmes import access as programmes


async def roles(db: AsyncSession, actor: Actor, group: Group) -> frozenset[Role]:
    """Roles in the programme, and in the group while the membership lasts."""
    query = select(Membership.role).where(
        Membership.group_id == group.id,
        Membership.user_id == actor.user_id,
        col(Membership.left_at).is_(None),
    )
    inside = {Role(role) for role in (await db.exec(query)).all()}
    return await programmes.roles(db, actor, group.programme_id) | inside


async def require(db: AsyncSession, actor: Actor, group_id: UUID, action: Action) -> Group:
    """The group, for one who may do this. Who may not see it hears that it does not exist."""
    group = await db.get(Group, group_id)
    if group is None:
        raise NotFound
    held = await roles(db, actor, group)
    if not may(held, Action.SEE_GROUP):
        raise NotFound
    if not may(held, action):
        raise NotAllowed
    return group
