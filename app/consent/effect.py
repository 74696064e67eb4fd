"""What putting a new text into use will do: who is asked again, and what stays allowed."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger, service
from app.consent.models import Purpose
from app.groups import service as groups
from app.groups.models import Group
from app.kit.permissions import Action
from app.programmes import access as programmes

RECORDED = {Purpose.AUDIO, Purpose.VIDEO}


@dataclass(frozen=True)
class GroupEffect:
    group_id: UUID
    name: str
    people: int
    """Who will be asked: everyone who is in the group now."""
    answered: int
    """Of them, who have answered some purpose under any text."""
    recorded: int
    """Of them, whose voice or picture may be recorded now, and may be until they answer."""


async def of_publishing(db: AsyncSession, actor: Actor, programme_id: UUID) -> list[GroupEffect]:
    """Group by group, those that are not closed."""
    await programmes.require(db, actor, programme_id, Action.EDIT_CONSENT_TEXT)
    query = select(Group).where(Group.programme_id == programme_id, col(Group.closed_at).is_(None))
    found = []
    for group in (await db.exec(query.order_by(Group.name))).all():
        inside = {user.id for _, user in await groups.members(db, group.id)}
        said = ledger.fold(await service.chain(db, group.id))
        given = ledger.granted(said)
        found.append(
            GroupEffect(
                group.id,
                group.name,
                people=len(inside),
                answered=len(inside & said.keys()),
                recorded=sum(1 for user in inside if RECORDED & given.get(user, {}).keys()),
            )
        )
    return found
