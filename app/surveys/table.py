"""Answers as a CSV table: one line for each person and question they answered."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.groups.models import Membership
from app.kit.csv_file import csv_text
from app.surveys import kept
from app.surveys.columns import number
from app.surveys.models import (
    AnswerKind,
    Survey,
    SurveyAnswer,
    SurveyQuestion,
    SurveyResponse,
)

COLUMNS = ["survey", "moment", "pseudonym", "question", "kind", "answer", "number"]


class AnswerRow(NamedTuple):
    survey: Survey
    question: SurveyQuestion
    pseudonym: str
    text: str
    user_id: UUID


async def of_group(db: AsyncSession, group_id: UUID) -> list[AnswerRow]:
    """By survey, person and question, of those whose agreement to be studied stands."""
    query = (
        select(Survey, SurveyQuestion, Membership, SurveyAnswer)
        .where(SurveyAnswer.response_id == SurveyResponse.id)
        .where(SurveyAnswer.question_id == SurveyQuestion.id)
        .where(SurveyResponse.survey_id == Survey.id)
        .where(SurveyResponse.group_id == group_id, Membership.group_id == group_id)
        .where(Membership.user_id == SurveyResponse.user_id)
        .order_by(col(Survey.id), Membership.pseudonym, col(SurveyQuestion.place))
    )
    studied = await kept.studied(db, [group_id])
    return [
        AnswerRow(survey, question, member.pseudonym, answer.text, member.user_id)
        for survey, question, member, answer in (await db.exec(query)).all()
        if (group_id, member.user_id) in studied
    ]


def table(rows: Iterable[AnswerRow]) -> str:
    """`number`: what figures are made of; empty for choices and texts."""
    return csv_text(COLUMNS, map(_line, rows))


def _line(row: AnswerRow) -> list[object]:
    survey, question, pseudonym, text, _ = row
    value = number(question.kind, text)
    is_plain = question.kind in (AnswerKind.WHOLE, AnswerKind.DECIMAL)
    answer = value if is_plain else text  # a number below zero stays one
    return [survey.name, survey.moment, pseudonym, question.label, question.kind, answer, value]
