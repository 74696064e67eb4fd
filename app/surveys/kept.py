"""Surveys whose answers are here, and of whom. Apart from bringing them in, so that a worker need
not load what reads spreadsheets."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Purpose
from app.kit.errors import NotFound
from app.kit.permissions import Action
from app.programmes import access
from app.surveys.models import Survey, SurveyAnswer, SurveyQuestion, SurveyResponse


class Kept(NamedTuple):
    survey: Survey
    questions: Sequence[SurveyQuestion]
    people: int
    """Who answered."""


async def discard(db: AsyncSession, survey: Survey) -> None:
    await empty(db, survey.id)
    await db.delete(survey)
    await db.flush()


async def get(db: AsyncSession, actor: Actor, survey_id: UUID, action: Action) -> Survey:
    survey = await db.get(Survey, survey_id, with_for_update=action == Action.IMPORT_ANSWERS)
    if survey is None:
        raise NotFound
    await access.require(db, actor, survey.programme_id, action)
    return survey


async def of_programme(db: AsyncSession, programme_id: UUID) -> list[Kept]:
    """The oldest first."""
    query = select(Survey).where(Survey.programme_id == programme_id)
    surveys = (await db.exec(query.order_by(col(Survey.id)))).all()
    ids = [survey.id for survey in surveys]
    people = await counts(db, ids)
    asked: dict[UUID, list[SurveyQuestion]] = {each: [] for each in ids}
    questions = select(SurveyQuestion).where(col(SurveyQuestion.survey_id).in_(ids))
    for question in (await db.exec(questions.order_by(col(SurveyQuestion.place)))).all():
        asked[question.survey_id].append(question)
    return [Kept(each, asked[each.id], people.get(each.id, 0)) for each in surveys]


async def counts(db: AsyncSession, survey_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many people's answers each of them has."""
    query = select(SurveyResponse.survey_id, func.count()).group_by(col(SurveyResponse.survey_id))
    rows = await db.exec(query.where(col(SurveyResponse.survey_id).in_(survey_ids)))
    return dict(rows.all())


async def answered(db: AsyncSession, group_id: UUID, user_id: UUID | None = None) -> bool:
    """Whether answers of this person, or of anybody in the group, are kept."""
    query = select(SurveyResponse.id).where(SurveyResponse.group_id == group_id)
    if user_id is not None:
        query = query.where(SurveyResponse.user_id == user_id)
    return (await db.exec(query.limit(1))).first() is not None


async def studied(db: AsyncSession, group_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Group and person of everybody whose agreement to be studied stands."""
    return {
        (group_id, row.user_id)
        for group_id, rows in (await consent.chains(db, group_ids)).items()
        for standing in (ledger.standing(rows),)
        for row in rows
        if row.purpose == Purpose.INDEXING and row.id in standing
    }


async def empty(db: AsyncSession, survey_id: UUID) -> None:
    its = select(SurveyResponse.id).where(SurveyResponse.survey_id == survey_id)
    await db.exec(delete(SurveyAnswer).where(col(SurveyAnswer.response_id).in_(its)))
    await db.exec(delete(SurveyResponse).where(col(SurveyResponse.survey_id) == survey_id))
    await db.exec(delete(SurveyQuestion).where(col(SurveyQuestion.survey_id) == survey_id))
