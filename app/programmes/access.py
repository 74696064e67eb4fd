"""Which roles a person has in a programme, and the one door to it."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit.errors import NotAllowed, NotFound
from app.kit.permissions import Action, Role, may
from app.programmes.models import Programme, ProgrammeStaff


async def roles(db: AsyncSession, actor: Actor, programme_id: UUID) -> frozenset[Role]:
    query = select(ProgrammeStaff.role).where(
        ProgrammeStaff.programme_id == programme_id, ProgrammeStaff.user_id == actor.user_id
    )
    held = {Role(role) for role in (await db.exec(query)).all()}
    return frozenset(held | ({Role.ADMINISTRATOR} if actor.is_administrator else set()))


async def require(db: AsyncSession, actor: Actor, programme_id: UUID, action: Action) -> Programme:
    """The programme, for one who may do this. Who may not see it hears that it does not exist."""
    programme = await db.get(Programme, programme_id)
    held = await roles(db, actor, programme_id)
    if programme is None or not may(held, Action.SEE_PROGRAMME):
        raise NotFound
    if not may(held, action):
        raise NotAllowed
    return programme


async def staffed_by(db: AsyncSession, user_id: UUID) -> list[UUID]:
    """The programmes in which this person has a role."""
    query = select(ProgrammeStaff.programme_id).where(ProgrammeStaff.user_id == user_id)
    return list((await db.exec(query.distinct().order_by(col(ProgrammeStaff.programme_id)))).all())
