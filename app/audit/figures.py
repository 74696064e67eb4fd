"""Who looked at figures that tell of people: told to the audit log before they are shown."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple
from uuid import UUID

from fastapi import Request
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.http import CurrentActor
from app.codebooks import service as codebooks
from app.groups import access as groups
from app.kit import audit
from app.kit.audit import Deed
from app.kit.db import Database
from app.kit.http import Ctx, Db
from app.kit.permissions import Action, acting_as
from app.meetings import service as meetings
from app.programmes import access as programmes

FILES = (".csv", ".svg")


class Of(NamedTuple):
    """Whose figures; one of these."""

    meeting_id: UUID | None = None
    group_id: UUID | None = None
    programme_id: UUID | None = None
    version_id: UUID | None = None
    """Of a codebook: everything that was coded with it."""


def witnessed(
    kind: str, action: Action = Action.READ_TURNS
) -> Callable[[Request, AsyncSession, Actor, Ctx], Awaitable[None]]:
    """For a router whose paths name what they are of: it tells of everybody whom the door lets
    through, with the name of the file that leaves or without one."""

    async def look(request: Request, db: Db, actor: CurrentActor, context: Ctx) -> None:
        try:
            ids = {
                name: UUID(value)
                for name, value in request.path_params.items()
                if name in Of._fields
            }
        except ValueError:
            return  # the endpoint refuses what is no id
        is_file = request.url.path.endswith(FILES)
        deed = Deed.DOWNLOADED if is_file else Deed.READ_FIGURES
        await told(context.database, db, actor, kind, Of(**ids), deed, action)

    return look


async def told(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    kind: str,
    of: Of,
    deed: Deed = Deed.READ_FIGURES,
    action: Action = Action.READ_TURNS,
) -> None:
    """Asks at the door too: who may not see the figures is refused here as there."""
    meeting_id, group_id, programme_id, version_id = of
    if meeting_id is not None:
        group_id = (await meetings.get(db, actor, meeting_id, action)).group_id
    if version_id is not None:
        version = await codebooks.version(db, actor, version_id, action)
        programme_id = (await codebooks.get(db, actor, version.codebook_id, action)).programme_id
    if group_id is not None:
        group = await groups.require(db, actor, group_id, action)
        programme_id, roles = group.programme_id, await groups.roles(db, actor, group)
    else:
        assert programme_id is not None, "figures are of something"
        await programmes.require(db, actor, programme_id, action)
        roles = await programmes.roles(db, actor, programme_id)
    id_ = meeting_id or version_id or group_id or programme_id
    about = audit.About(kind, id_, None, programme_id, group_id, meeting_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, action)))
    await audit.witness(database, db, deed, doer, about)
