"""What the audit log hears of surveys: who brought answers in, changed and read them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit import audit
from app.kit.audit import Deed
from app.kit.db import Database
from app.kit.permissions import Action, acting_as
from app.programmes import access
from app.surveys.models import Survey

KIND = "answers"


async def changed(db: AsyncSession, actor: Actor, survey: Survey, deed: Deed, people: int) -> None:
    """In the transaction that does it. `people`: whose answers came or went."""
    doer = await _doer(db, actor, survey.programme_id, Action.IMPORT_ANSWERS)
    details: Mapping[str, int | str] = {"people": people}
    audit.record(db, deed, doer, about(survey.programme_id, survey.id), details=details)


async def read(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    survey_ids: Collection[UUID],
) -> None:
    """Before anybody's answers are shown."""
    doer = await _doer(db, actor, programme_id, Action.READ_ANSWERS)
    for survey_id in sorted(survey_ids):
        thing = about(programme_id, survey_id)
        await audit.witness(database, db, Deed.READ_ANSWERS, doer, thing)


def about(programme_id: UUID, survey_id: UUID, subject_id: UUID | None = None) -> audit.About:
    return audit.About(KIND, survey_id, subject_id, programme_id)


async def _doer(db: AsyncSession, actor: Actor, programme_id: UUID, action: Action) -> audit.Doer:
    roles = await access.roles(db, actor, programme_id)
    return audit.Doer(actor.user_id, str(acting_as(roles, action)))
