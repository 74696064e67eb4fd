"""Erasing answers: a person's at that person's request, and those whose time is over.

Each person's answers go when they are older than the programme keeps its material, or than the
shortest period that this person was promised; a hold on the group or the programme stops that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.consent.models import Decision
from app.kit import audit
from app.kit.db import Database
from app.programmes.models import Programme
from app.retention import holds
from app.retention import service as retention
from app.retention.periods import shortest
from app.surveys import kept, told
from app.surveys.models import Survey, SurveyAnswer, SurveyResponse


class Due(NamedTuple):
    survey: Survey
    response: SurveyResponse


async def forget(db: AsyncSession, user_id: UUID) -> int:
    """Deletes everything that this person answered; to how many surveys."""
    query = select(SurveyResponse).where(SurveyResponse.user_id == user_id)
    return await _delete(db, (await db.exec(query)).all())


async def erase(
    database: Database,
    moment: datetime,
    *,
    doer: audit.Doer = audit.WORKER,
    programme_id: UUID | None = None,
) -> int:
    """How many people's answers to a survey. Cheap when there is nothing to do."""
    async with database.reading() as db:
        if not await due(db, moment, programme_id):
            return 0
    async with database.transaction() as db:
        found = await due(db, moment, programme_id)  # a hold may have been set meanwhile
        await _delete(db, [each.response for each in found])
        for survey in {each.survey.id: each.survey for each in found}.values():
            gone = sum(each.survey.id == survey.id for each in found)
            about = told.about(survey.programme_id, survey.id)
            audit.record(db, audit.Deed.ERASED, doer, about, details={"people": gone})
            if not await kept.counts(db, [survey.id]):
                await kept.discard(db, survey)
    return len(found)


async def _delete(db: AsyncSession, responses: Sequence[SurveyResponse]) -> int:
    ids = [each.id for each in responses]
    await db.exec(delete(SurveyAnswer).where(col(SurveyAnswer.response_id).in_(ids)))
    await db.exec(delete(SurveyResponse).where(col(SurveyResponse.id).in_(ids)))
    return len(ids)


async def due(db: AsyncSession, moment: datetime, programme_id: UUID | None) -> list[Due]:
    """What is over its time at that moment and not held, by person."""
    query = select(Survey, Programme).where(Survey.programme_id == Programme.id)
    if programme_id is not None:
        query = query.where(Programme.id == programme_id)
    held, changes = await holds.in_force(db), await retention.changes_of(db, programme_id)
    found: list[Due] = []
    for survey, programme in (await db.exec(query.order_by(col(Survey.id)))).all():
        its, current = changes[programme.id], programme.retention_days
        ever = [current, *(change.days_before for change in its)]
        if survey.created_at + timedelta(days=min(ever)) > moment:
            continue  # nobody can have been promised less
        answered = select(SurveyResponse).where(SurveyResponse.survey_id == survey.id)
        responses = (await db.exec(answered.order_by(col(SurveyResponse.id)))).all()
        chains = await consent.chains(db, {each.group_id for each in responses})
        for response in responses:
            agreed = (
                row.decided_at
                for row in chains.get(response.group_id, ())
                if row.user_id == response.user_id and row.decision == Decision.GRANTED
            )
            days = shortest(its, current, agreed)
            is_held = holds.covering(held, programme.id, response.group_id, None)
            if survey.created_at + timedelta(days=days) <= moment and not is_held:
                found.append(Due(survey, response))
    return found
