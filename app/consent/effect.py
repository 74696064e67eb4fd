"""What putting a new text into use will do: who is asked again, and what stays allowed."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger, service, texts
from app.consent.models import Purpose
from app.groups import service as groups
from app.groups.models import Group
from app.kit.languages import LANGUAGES
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
    read_otherwise: int
    """Of them, who answered the text in use while its blanks said something else."""


async def of_publishing(db: AsyncSession, actor: Actor, programme_id: UUID) -> list[GroupEffect]:
    """Group by group, those that are not closed and have somebody in them."""
    programme = await programmes.require(db, actor, programme_id, Action.EDIT_CONSENT_TEXT)
    in_use = [await texts.current(db, programme_id, each) for each in LANGUAGES]
    otherwise = await texts.read_otherwise(db, programme, in_use)
    query = select(Group).where(Group.programme_id == programme_id, col(Group.closed_at).is_(None))
    found = []
    for group in (await db.exec(query.order_by(Group.name))).all():
        inside = {user.id for _, user in await groups.members(db, group.id)}
        if not inside:
            continue
        said = ledger.fold(await service.chain(db, group.id))
        given = ledger.granted(said)
        found.append(
            GroupEffect(
                group.id,
                group.name,
                people=len(inside),
                answered=len(inside & said.keys()),
                recorded=sum(1 for user in inside if RECORDED & given.get(user, {}).keys()),
                read_otherwise=sum(
                    1
                    for user in inside
                    if any(row.id in otherwise for row in said.get(user, {}).values())
                ),
            )
        )
    return found
