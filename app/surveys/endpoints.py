"""Surveys over HTTP: answers come from elsewhere, as a file with a column of pseudonyms."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends

from app.accounts.http import CurrentActor, PatientActor
from app.kit.audit import Deed
from app.kit.http import Ctx, Db, ReadingDb
from app.kit.idempotency import Idempotent
from app.kit.permissions import Action
from app.programmes import access
from app.surveys import kept, service, told
from app.surveys.forms import (
    Column,
    ColumnLook,
    FileName,
    Name,
    OfGroup,
    QuestionPublic,
    SurveyLook,
    SurveyPublic,
)
from app.surveys.kept import Kept
from app.surveys.models import SurveyMoment
from app.surveys.service import AnswerFile

router = APIRouter(tags=["surveys"])


def _file(
    content: Annotated[bytes, Body(media_type="application/octet-stream")],
    file_name: FileName = "",
    pseudonym: Column = None,
    group_id: OfGroup = None,
) -> AnswerFile:
    return AnswerFile(content, file_name, pseudonym or None, group_id)


Sent = Annotated[AnswerFile, Depends(_file)]
"""CSV (UTF-8, UTF-16 or Windows-1252; commas, semicolons or tabs) or XLSX, one row per person."""


@router.get("/programmes/{programme_id}/surveys")
async def surveys(programme_id: UUID, db: Db, actor: CurrentActor) -> list[SurveyPublic]:
    """The oldest first. Nobody's answers are in it."""
    await access.require(db, actor, programme_id, Action.READ_ANSWERS)
    return [public(each) for each in await kept.of_programme(db, programme_id)]


@router.post("/programmes/{programme_id}/surveys/look")
async def look_at_answers(
    programme_id: UUID, file: Sent, db: ReadingDb, actor: PatientActor
) -> SurveyLook:
    """A dry run: what the file would bring in, or why it would be refused."""
    read = await service.read(db, actor, programme_id, file)
    found = read.draft
    return SurveyLook(
        pseudonym_column=found.pseudonym_column,
        group_column=found.group_column,
        people=len(found.people),
        members=read.members,
        questions=[
            ColumnLook(label=each.label, kind=each.kind, answered=len(each.answers))
            for each in found.questions
        ],
        left_out=list(found.left_out),
    )


@router.post("/programmes/{programme_id}/surveys", status_code=201)
async def import_answers(
    programme_id: UUID,
    name: Name,
    moment: SurveyMoment,
    file: Sent,
    context: Ctx,
    actor: PatientActor,
    once: Idempotent,
) -> SurveyPublic:
    async with context.database.reading() as db:
        read = await service.read(db, actor, programme_id, file)
    async with context.database.transaction() as db:

        async def make() -> SurveyPublic:
            brought = await service.bring(db, actor, programme_id, name.strip(), moment, file, read)
            await told.changed(db, actor, brought.survey, Deed.ANSWERS_IMPORTED, brought.people)
            return public(brought)

        return await once(db, actor.user_id, SurveyPublic, make)


@router.put("/surveys/{survey_id}/answers")
async def replace_answers(
    survey_id: UUID, file: Sent, context: Ctx, actor: PatientActor
) -> SurveyPublic:
    """Another file in the place of all that was imported; refused, what was there stays."""
    async with context.database.reading() as db:
        read = await service.read_again(db, actor, survey_id, file)
    async with context.database.transaction() as db:
        brought = await service.replace(db, actor, survey_id, file, read)
        await told.changed(db, actor, brought.survey, Deed.ANSWERS_REPLACED, brought.people)
        return public(brought)


@router.delete("/surveys/{survey_id}", status_code=204)
async def remove_survey(survey_id: UUID, db: Db, actor: CurrentActor) -> None:
    """With all of its answers."""
    survey, people = await service.remove(db, actor, survey_id)
    await told.changed(db, actor, survey, Deed.ANSWERS_REMOVED, people)


def public(kept: Kept) -> SurveyPublic:
    survey = kept.survey
    return SurveyPublic(
        id=survey.id,
        name=survey.name,
        moment=survey.moment,
        file_name=survey.file_name,
        imported_by=survey.imported_by,
        imported_at=survey.imported_at,
        people=kept.people,
        questions=[QuestionPublic.model_validate(each) for each in kept.questions],
    )
