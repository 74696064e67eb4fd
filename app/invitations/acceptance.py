"""Coming into a group by a link: account, membership and consents together, or nothing."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.accounts.models import User
from app.consent import service as consent
from app.consent.models import Decision, Purpose
from app.groups import service as groups
from app.groups.models import Group, GroupRole
from app.invitations import service
from app.invitations.models import Invitation
from app.kit import audit
from app.kit.errors import Invalid, NotSignedIn


class Accepted(BaseModel):
    """Who came into which group. It is what a retry is answered with, and holds no secret."""

    user_id: UUID
    group_id: UUID


async def accept(
    db: AsyncSession,
    secret: str,
    *,
    name: str,
    language: str,
    decisions: Mapping[Purpose, str],
    text_version: int | None,
    text_language: str | None,
    email: str | None,
    password: str | None,
) -> Accepted:
    """A new person, in the group from now on. The link is spent."""
    link = await service.find(db, secret, re_entry=False)
    if (email is None) != (password is None):
        raise Invalid(field="password" if password is None else "email")
    if decisions and text_version is None:
        raise Invalid(field="text_version")
    user = await accounts.add(db, name=name, language=language, email=email, password=password)
    await groups.add(db, link.group_id, user.id, GroupRole(link.role))
    await _tell(db, link, user)
    for purpose, decision in decisions.items():
        await consent.decide(
            db,
            user_id=user.id,
            group_id=link.group_id,
            meeting_id=None,
            purpose=purpose,
            decision=Decision(decision),
            text_version=text_version or 0,
            text_language=text_language or language,
            decided_by=user.id,
        )
    service.spend(link, user)
    return Accepted(user_id=user.id, group_id=link.group_id)


async def _tell(db: AsyncSession, link: Invitation, user: User) -> None:
    """In the log, because a role opens what was recorded: who came, as what, by whose link."""
    group = await db.get_one(Group, link.group_id)
    about = audit.About("account", user.id, user.id, group.programme_id, group.id)
    details = {"role": str(link.role), "invited_by": str(link.created_by)}
    audit.record(db, audit.Deed.MEMBER_JOINED, audit.Doer(user.id, "self"), about, details=details)


async def re_enter(db: AsyncSession, secret: str) -> Accepted:
    """A member who comes back on another device. The link is spent."""
    link = await service.find(db, secret, re_entry=True)
    assert link.user_id is not None
    user = await accounts.get(db, link.user_id)
    if await groups.role_of(db, link.group_id, user.id) is None:
        raise NotSignedIn
    service.spend(link, user)
    return Accepted(user_id=user.id, group_id=link.group_id)
