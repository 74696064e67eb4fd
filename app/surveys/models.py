"""Surveys (kysely, enkät): what people answered outside meetings, before, after and between."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id

LONGEST_LABEL = 300
LONGEST_ANSWER = 10_000


class SurveyMoment(StrEnum):
    """When it was answered, as seen from the meetings."""

    BEFORE = "before"
    AFTER = "after"
    FEEDBACK = "feedback"
    """After single meetings."""
    OTHER = "other"


class AnswerKind(StrEnum):
    WHOLE = "whole"
    DECIMAL = "decimal"
    SCALE = "scale"
    """An ordered scale whose steps carry their number: `4 = agree`."""
    CHOICE = "choice"
    """One of a few texts, in no order that software knows."""
    TEXT = "text"


NUMERIC = frozenset({AnswerKind.WHOLE, AnswerKind.DECIMAL, AnswerKind.SCALE})


class Survey(SQLModel, table=True):
    __tablename__ = "surveys"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programmes.id", index=True)
    name: str = Field(max_length=200)
    moment: SurveyMoment = Field(sa_type=String, max_length=20)
    file_name: str = Field(default="", max_length=200)
    """Of the file that the answers came in; empty where they came in none."""
    imported_by: UUID = Field(foreign_key="users.id")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    """From here on the answers' time runs; another file in its place does not begin it anew."""
    imported_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class SurveyQuestion(SQLModel, table=True):
    __tablename__ = "survey_questions"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    survey_id: UUID = Field(foreign_key="surveys.id", index=True)
    place: int
    """In the order of the survey, from 0."""
    label: str = Field(max_length=LONGEST_LABEL)
    """Unique within its survey; the same one in two surveys is the same question."""
    kind: AnswerKind = Field(sa_type=String, max_length=20)


class SurveyResponse(SQLModel, table=True):
    """That one person answered a survey, as somebody of a group: pseudonyms are the group's."""

    __tablename__ = "survey_responses"
    __table_args__ = (UniqueConstraint("survey_id", "group_id", "user_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    survey_id: UUID = Field(foreign_key="surveys.id", index=True)
    group_id: UUID = Field(foreign_key="groups.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)


class SurveyAnswer(SQLModel, table=True):
    """What one person answered to one question; a question passed over has no row."""

    __tablename__ = "survey_answers"

    response_id: UUID = Field(foreign_key="survey_responses.id", primary_key=True)
    question_id: UUID = Field(foreign_key="survey_questions.id", primary_key=True, index=True)
    text: str = Field(sa_type=Text)
    """As it was written; numbers with a decimal point."""
