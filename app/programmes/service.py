"""What can happen to a programme and to its staff."""

from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel import delete as sql_delete
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts import service as accounts
from app.accounts.actor import Actor
from app.accounts.models import User
from app.kit import audit
from app.kit.errors import InUse, NotAllowed, NotFound
from app.kit.permissions import Action, Role, acting_as, may
from app.programmes import access
from app.programmes.models import Programme, ProgrammeRole, ProgrammeStaff, RetentionChange


def seen_by(actor: Actor) -> SelectOfScalar[Programme]:
    """The programmes a person may see."""
    if actor.is_administrator:
        return select(Programme)
    staffed = select(ProgrammeStaff.programme_id).where(ProgrammeStaff.user_id == actor.user_id)
    return select(Programme).where(col(Programme.id).in_(staffed))


async def create(db: AsyncSession, actor: Actor, fields: dict[str, Any]) -> Programme:
    """A new programme; who makes it coordinates it."""
    if not may({Role.ADMINISTRATOR} if actor.is_administrator else (), Action.CREATE_PROGRAMME):
        raise NotAllowed
    programme = Programme(**fields)
    db.add(programme)
    await db.flush()
    db.add(
        ProgrammeStaff(
            programme_id=programme.id, user_id=actor.user_id, role=ProgrammeRole.COORDINATOR
        )
    )
    return programme


async def get(db: AsyncSession, actor: Actor, programme_id: UUID) -> Programme:
    return await access.require(db, actor, programme_id, Action.SEE_PROGRAMME)


async def change(
    db: AsyncSession, actor: Actor, programme_id: UUID, fields: dict[str, Any]
) -> Programme:
    programme = await access.require(db, actor, programme_id, Action.EDIT_PROGRAMME)
    programme.sqlmodel_update(fields)
    return programme


async def delete(db: AsyncSession, actor: Actor, programme_id: UUID) -> None:
    """Removes a programme that was made by mistake: one without groups and consent texts."""
    programme = await access.require(db, actor, programme_id, Action.EDIT_PROGRAMME)
    held = sql_delete(ProgrammeStaff).where(col(ProgrammeStaff.programme_id) == programme_id)
    await db.exec(held)
    changed = sql_delete(RetentionChange).where(col(RetentionChange.programme_id) == programme_id)
    await db.exec(changed)
    await db.delete(programme)
    try:
        await db.flush()
    except IntegrityError:
        raise InUse from None


async def staff(
    db: AsyncSession, actor: Actor, programme_id: UUID
) -> list[tuple[ProgrammeStaff, User]]:
    await access.require(db, actor, programme_id, Action.SEE_PROGRAMME)
    query = (
        select(ProgrammeStaff, User)
        .where(ProgrammeStaff.programme_id == programme_id, ProgrammeStaff.user_id == User.id)
        .order_by(User.name)
    )
    return list((await db.exec(query)).all())


async def appoint(
    db: AsyncSession, actor: Actor, programme_id: UUID, email: str, role: ProgrammeRole
) -> tuple[ProgrammeStaff, User]:
    """Gives a role to one who has an account; giving it twice is giving it once."""
    await access.require(db, actor, programme_id, Action.EDIT_PROGRAMME)
    user = await accounts.by_email(db, email)
    if user is None:
        raise NotFound(field="email")
    held = await db.get(ProgrammeStaff, (programme_id, user.id, role))
    if held is None:
        held = ProgrammeStaff(programme_id=programme_id, user_id=user.id, role=role)
        db.add(held)
        await db.flush()
        await _tell(db, actor, held, audit.Deed.ROLE_GIVEN)
    return held, user


async def dismiss(
    db: AsyncSession, actor: Actor, programme_id: UUID, user_id: UUID, role: ProgrammeRole
) -> None:
    await access.require(db, actor, programme_id, Action.EDIT_PROGRAMME)
    held = await db.get(ProgrammeStaff, (programme_id, user_id, role))
    if held is None:
        raise NotFound
    await _tell(db, actor, held, audit.Deed.ROLE_TAKEN)
    await db.delete(held)


async def _tell(db: AsyncSession, actor: Actor, held: ProgrammeStaff, deed: audit.Deed) -> None:
    roles = await access.roles(db, actor, held.programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.EDIT_PROGRAMME)))
    about = audit.About("account", held.user_id, held.user_id, held.programme_id)
    audit.record(db, deed, doer, about, details={"role": str(held.role)})
