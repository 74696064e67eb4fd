"""What can happen to a group and to those in it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.actor import Actor
from app.accounts.models import User
from app.groups import access
from app.groups.models import Group, GroupRole, Membership
from app.kit import audit
from app.kit.db import now
from app.kit.errors import InUse, NotFound, Refusal
from app.kit.permissions import Action, acting_as
from app.programmes import access as programmes
from app.programmes.models import ProgrammeStaff

LARGEST = 12
"""People in one group, everyone counted: members (4–11), facilitator, observer."""
LETTERS = {GroupRole.MEMBER: "J", GroupRole.FACILITATOR: "F", GroupRole.OBSERVER: "H"}
"""Jäsen, fasilitaattori, havainnoija: the first letter of a pseudonym."""


class GroupFull(Refusal):
    code = "group_full"


def seen_by(actor: Actor, programme_id: UUID | None = None) -> SelectOfScalar[Group]:
    """The groups a person may see."""
    query = select(Group)
    if programme_id is not None:
        query = query.where(Group.programme_id == programme_id)
    if actor.is_administrator:
        return query
    staffed = select(ProgrammeStaff.programme_id).where(ProgrammeStaff.user_id == actor.user_id)
    inside = select(Membership.group_id).where(
        Membership.user_id == actor.user_id, col(Membership.left_at).is_(None)
    )
    return query.where(or_(col(Group.programme_id).in_(staffed), col(Group.id).in_(inside)))


async def of_programme(db: AsyncSession, programme_id: UUID) -> list[Group]:
    """By name."""
    query = select(Group).where(Group.programme_id == programme_id)
    return list((await db.exec(query.order_by(Group.name, col(Group.id)))).all())


async def create(
    db: AsyncSession, actor: Actor, programme_id: UUID, fields: dict[str, Any]
) -> Group:
    await programmes.require(db, actor, programme_id, Action.CREATE_GROUP)
    group = Group(programme_id=programme_id, **fields)
    db.add(group)
    await db.flush()
    return group


async def get(db: AsyncSession, actor: Actor, group_id: UUID) -> Group:
    return await access.require(db, actor, group_id, Action.SEE_GROUP)


async def change(db: AsyncSession, actor: Actor, group_id: UUID, fields: dict[str, Any]) -> Group:
    group = await access.require(db, actor, group_id, Action.EDIT_GROUP)
    group.sqlmodel_update(fields)
    return group


async def delete(db: AsyncSession, actor: Actor, group_id: UUID) -> None:
    """Removes a group that was made by mistake: one without people, meetings and invitations."""
    group = await access.require(db, actor, group_id, Action.CREATE_GROUP)
    await db.delete(group)
    try:
        await db.flush()
    except IntegrityError:
        raise InUse from None


async def members(
    db: AsyncSession, group_id: UUID, *, former: bool = False
) -> list[tuple[Membership, User]]:
    """Everyone in the group, facilitator and observer too; with `former` also who left."""
    query = (
        select(Membership, User)
        .where(Membership.group_id == group_id, Membership.user_id == User.id)
        .order_by(Membership.role, Membership.pseudonym)
    )
    if not former:
        query = query.where(col(Membership.left_at).is_(None))
    return list((await db.exec(query)).all())


async def everyone_in(
    db: AsyncSession, group_ids: Collection[UUID]
) -> dict[UUID, dict[UUID, Membership]]:
    """Of each of these groups everybody's membership by user, also of those who left."""
    query = select(Membership).where(col(Membership.group_id).in_(group_ids))
    found: dict[UUID, dict[UUID, Membership]] = {each: {} for each in group_ids}
    for row in (await db.exec(query.order_by(Membership.role, Membership.pseudonym))).all():
        found[row.group_id][row.user_id] = row
    return found


async def role_of(db: AsyncSession, group_id: UUID, user_id: UUID) -> GroupRole | None:
    membership = await _membership(db, group_id, user_id)
    return None if membership is None or membership.left_at else GroupRole(membership.role)


async def add(db: AsyncSession, group_id: UUID, user_id: UUID, role: GroupRole) -> Membership:
    """Puts a person into a group under the next pseudonym; one who was in it comes back as was."""
    membership = await _membership(db, group_id, user_id)
    if membership is not None and membership.left_at is None:
        return membership
    if len(await members(db, group_id)) >= LARGEST:
        raise GroupFull
    if membership is None:
        pseudonym = await _next_pseudonym(db, group_id, role)
        membership = Membership(group_id=group_id, user_id=user_id, role=role, pseudonym=pseudonym)
        db.add(membership)
    membership.left_at = None
    await db.flush()
    return membership


async def remove(db: AsyncSession, actor: Actor, group_id: UUID, user_id: UUID) -> None:
    """Ends a membership; what the person said and decided stays under its own rules."""
    group = await access.require(db, actor, group_id, Action.EDIT_GROUP)
    membership = await _membership(db, group_id, user_id)
    if membership is None or membership.left_at is not None:
        raise NotFound
    role = acting_as(await access.roles(db, actor, group), Action.EDIT_GROUP)
    membership.left_at = now()
    about = audit.About("account", user_id, user_id, group.programme_id, group_id)
    what = {"role": str(membership.role)}
    doer = audit.Doer(actor.user_id, str(role))
    audit.record(db, audit.Deed.MEMBER_REMOVED, doer, about, details=what)


async def _membership(db: AsyncSession, group_id: UUID, user_id: UUID) -> Membership | None:
    query = select(Membership).where(Membership.group_id == group_id, Membership.user_id == user_id)
    return (await db.exec(query)).one_or_none()


async def _next_pseudonym(db: AsyncSession, group_id: UUID, role: GroupRole) -> str:
    letter = LETTERS[role]
    query = select(func.count()).where(
        Membership.group_id == group_id, col(Membership.pseudonym).startswith(letter)
    )
    return f"{letter}{(await db.exec(query)).one() + 1}"
