"""Single-use links into a group: made, looked at, taken back and used.

Only a hash of a link's secret is kept. A link that signs a member in again is made only for one
who has no other way in: whoever makes it could use it, and must not become somebody mightier.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts import service as accounts
from app.accounts.actor import Actor
from app.accounts.models import User
from app.groups import access
from app.groups import service as groups
from app.groups.models import Group, GroupRole
from app.invitations.models import Invitation
from app.kit.db import now
from app.kit.errors import NotFound, Refusal
from app.kit.permissions import Action
from app.kit.tokens import Tokens, hashed
from app.meetings import service as meetings
from app.meetings.models import Meeting, MeetingState
from app.programmes import access as programmes
from app.programmes.models import Programme

OPEN_FOR = timedelta(days=30)
"""Lower: who reads mail seldom comes too late. Higher: a forgotten link stays a way in."""
RE_ENTRY_FOR = timedelta(days=2)
"""Shorter, because it opens an account that exists."""


class InvitationGone(Refusal):
    code = "invitation_gone"
    status = 410


class HasPassword(Refusal):
    code = "has_password"


@dataclass(frozen=True)
class Preview:
    """What one who holds a link may know."""

    group_id: UUID
    group_name: str
    programme_id: UUID
    programme_name: str
    controller: str
    contact: str
    role: GroupRole
    name: str
    inviter_name: str
    re_entry: bool
    expires_at: datetime
    meetings: list[Meeting]


async def create(
    db: AsyncSession, tokens: Tokens, actor: Actor, group_id: UUID, *, role: GroupRole, name: str
) -> Invitation:
    """A link for one person who is not in the group yet. `tokens.link(id)` is its secret."""
    await access.require(db, actor, group_id, Action.INVITE)
    link = Invitation(
        group_id=group_id,
        role=role,
        name=name,
        token_hash="",
        created_by=actor.user_id,
        expires_at=now() + OPEN_FOR,
    )
    return await _kept(db, tokens, link)


async def create_re_entry(
    db: AsyncSession, tokens: Tokens, actor: Actor, group_id: UUID, user_id: UUID
) -> Invitation:
    """A link that signs a member in again, on another device."""
    await access.require(db, actor, group_id, Action.INVITE)
    role = await groups.role_of(db, group_id, user_id)
    if role is None:
        raise NotFound(field="user_id")
    user = await accounts.get(db, user_id)
    staffed = await programmes.staffed_by(db, user_id)
    if user.password_hash or user.email or user.is_administrator or staffed:
        raise HasPassword(field="user_id")
    link = Invitation(
        group_id=group_id,
        role=role,
        name=user.name,
        token_hash="",
        user_id=user_id,
        created_by=actor.user_id,
        expires_at=now() + RE_ENTRY_FOR,
    )
    return await _kept(db, tokens, link)


def open_in(group_id: UUID) -> SelectOfScalar[Invitation]:
    """The group's links that can still be used."""
    return select(Invitation).where(
        Invitation.group_id == group_id,
        col(Invitation.accepted_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        Invitation.expires_at > now(),
    )


async def pending(db: AsyncSession, actor: Actor, group_id: UUID) -> list[Invitation]:
    await access.require(db, actor, group_id, Action.INVITE)
    return list((await db.exec(open_in(group_id).order_by(col(Invitation.id)))).all())


async def revoke(db: AsyncSession, actor: Actor, invitation_id: UUID) -> None:
    """Takes a link back; one that was used has nothing to take back."""
    link = await db.get(Invitation, invitation_id, with_for_update=True)
    if link is None:
        raise NotFound
    await access.require(db, actor, link.group_id, Action.INVITE)
    if link.accepted_at is not None:
        raise InvitationGone
    link.revoked_at = link.revoked_at or now()


async def find(db: AsyncSession, secret: str, *, re_entry: bool | None = None) -> Invitation:
    """The link with this secret while it can be used; locked, so that it is used once."""
    query = select(Invitation).where(Invitation.token_hash == hashed(secret)).with_for_update()
    link = (await db.exec(query)).one_or_none()
    if link is None or (re_entry is not None and re_entry != (link.user_id is not None)):
        raise NotFound
    if link.accepted_at or link.revoked_at or link.expires_at <= now():
        raise InvitationGone
    return link


async def id_of(db: AsyncSession, secret: str) -> UUID:
    """Which link this is, used or not."""
    query = select(Invitation.id).where(Invitation.token_hash == hashed(secret))
    found = (await db.exec(query)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def preview(db: AsyncSession, secret: str) -> Preview:
    link = await find(db, secret)
    group = await db.get_one(Group, link.group_id)
    programme = await db.get_one(Programme, group.programme_id)
    inviter = await db.get_one(User, link.created_by)
    coming = meetings.of_group(group.id).where(
        or_(
            Meeting.state == MeetingState.OPEN,
            (col(Meeting.state) == MeetingState.SCHEDULED) & (col(Meeting.starts_at) > now()),
        )
    )
    return Preview(
        group_id=group.id,
        group_name=group.name,
        programme_id=programme.id,
        programme_name=programme.name,
        controller=programme.controller,
        contact=programme.contact,
        role=GroupRole(link.role),
        name=link.name,
        inviter_name=inviter.name,
        re_entry=link.user_id is not None,
        expires_at=link.expires_at,
        meetings=list((await db.exec(coming.order_by(col(Meeting.starts_at)))).all()),
    )


def spend(link: Invitation, user: User) -> None:
    link.accepted_at, link.accepted_by = now(), user.id


async def _kept(db: AsyncSession, tokens: Tokens, link: Invitation) -> Invitation:
    link.token_hash = hashed(tokens.link(link.id))
    db.add(link)
    await db.flush()
    return link
