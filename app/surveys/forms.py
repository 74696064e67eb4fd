"""What surveys take and give on HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.kit.http import Public
from app.surveys.models import AnswerKind, SurveyMoment

Name = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
FileName = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
Column = Annotated[
    str | None,
    Query(max_length=300, description="Name of the column with the pseudonyms, if not detected."),
]
OfGroup = Annotated[
    UUID | None, Query(description="Everybody in the file is of this group; else of any.")
]


class QuestionPublic(Public):
    id: UUID
    label: str
    kind: AnswerKind


class SurveyPublic(Public):
    id: UUID
    name: str
    moment: SurveyMoment
    file_name: str
    imported_by: UUID
    imported_at: datetime
    people: int
    questions: list[QuestionPublic]


class ColumnLook(Public):
    label: str
    kind: AnswerKind
    answered: int


class SurveyLook(Public):
    """What a file would bring in. Nothing of it is kept."""

    pseudonym_column: str
    group_column: str | None
    people: int
    """One row each."""
    members: int
    """In the groups that they are of; who is missing did not answer."""
    questions: list[ColumnLook]
    left_out: list[str]
    """Columns with people's names, e-mail or network addresses, which are never taken in."""
