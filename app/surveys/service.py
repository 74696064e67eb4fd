"""Bringing answers in from elsewhere.

Answers lie in the database as notes and words do, and go with the person: see `erasure`.
"""

import asyncio
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.accounts.actor import Actor
from app.groups import service as groups
from app.kit.db import now
from app.kit.errors import NotFound
from app.kit.permissions import Action
from app.programmes import access
from app.surveys import kept
from app.surveys.drafts import Draft, draft
from app.surveys.kept import Kept
from app.surveys.models import (
    Survey,
    SurveyAnswer,
    SurveyMoment,
    SurveyQuestion,
    SurveyResponse,
)
from app.surveys.people import Person


class AnswerFile(NamedTuple):
    content: bytes
    name: str
    pseudonym: str | None = None
    """The name of the pseudonyms' column; None: it is looked for."""
    group_id: UUID | None = None
    """Everybody in it is of this group; None: of any."""


class Ground(NamedTuple):
    """Whom the answers of a file are looked for among."""

    people: list[Person]
    names: set[str]


class Read(NamedTuple):
    """What a file would bring in, and on what that rests."""

    draft: Draft
    ground: Ground

    @property
    def members(self) -> int:
        """People in the groups that the answers come from."""
        inside = {person.group_id for person in self.draft.people}
        return sum(person.group_id in inside for person in self.ground.people)


async def read(db: AsyncSession, actor: Actor, programme_id: UUID, file: AnswerFile) -> Read:
    """A large file takes a minute: ask for it where nobody who writes waits."""
    await access.require(db, actor, programme_id, Action.IMPORT_ANSWERS)
    ground = await _ground(db, programme_id, file)
    return Read(await _draft(file, ground), ground)


async def read_again(db: AsyncSession, actor: Actor, survey_id: UUID, file: AnswerFile) -> Read:
    """In the place of what a survey holds."""
    survey = await kept.get(db, actor, survey_id, Action.IMPORT_ANSWERS)
    return await read(db, actor, survey.programme_id, file)


async def bring(
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    name: str,
    moment: SurveyMoment,
    file: AnswerFile,
    found: Read,
) -> Kept:
    await access.require(db, actor, programme_id, Action.IMPORT_ANSWERS)
    draft = await _still(db, programme_id, file, found)
    survey = Survey(
        programme_id=programme_id,
        name=name,
        moment=moment,
        file_name=file.name,
        imported_by=actor.user_id,
    )
    db.add(survey)
    await db.flush()
    return await _fill(db, survey, draft)


async def replace(
    db: AsyncSession, actor: Actor, survey_id: UUID, file: AnswerFile, found: Read
) -> Kept:
    """Another file in the place of the one that was imported; all of its answers go."""
    survey = await kept.get(db, actor, survey_id, Action.IMPORT_ANSWERS)
    draft = await _still(db, survey.programme_id, file, found)
    await kept.empty(db, survey.id)
    survey.file_name, survey.imported_by, survey.imported_at = file.name, actor.user_id, now()
    return await _fill(db, survey, draft)


async def remove(db: AsyncSession, actor: Actor, survey_id: UUID) -> tuple[Survey, int]:
    """The survey that was, and how many people's answers went with it."""
    survey = await kept.get(db, actor, survey_id, Action.IMPORT_ANSWERS)
    people = (await kept.counts(db, [survey.id])).get(survey.id, 0)
    await kept.discard(db, survey)
    return survey, people


async def people_of(db: AsyncSession, programme_id: UUID) -> list[Person]:
    """Everybody in a group of the programme, also who left; erased people are nobody."""
    its_groups = {each.id: each for each in await groups.of_programme(db, programme_id)}
    inside = await groups.everyone_in(db, its_groups)
    users = await accounts.named(db, [user for members in inside.values() for user in members])
    return [
        Person(group_id, its_groups[group_id].name, user_id, member.pseudonym)
        for group_id, members in inside.items()
        for user_id, member in members.items()
        if users[user_id].erased_at is None
    ]


async def _ground(db: AsyncSession, programme_id: UUID, file: AnswerFile) -> Ground:
    known = await people_of(db, programme_id)
    users = await accounts.named(db, [person.user_id for person in known])
    names = {user.name.casefold() for user in users.values()}
    if file.group_id is not None:
        known = [person for person in known if person.group_id == file.group_id]
        if not known:
            raise NotFound(field="group_id")
    return Ground(known, names)


async def _draft(file: AnswerFile, ground: Ground) -> Draft:
    return await asyncio.to_thread(draft, file.content, *ground, file.pseudonym)


async def _still(db: AsyncSession, programme_id: UUID, file: AnswerFile, found: Read) -> Draft:
    """Read anew if somebody came, went or has another name since."""
    ground = await _ground(db, programme_id, file)
    return found.draft if ground == found.ground else await _draft(file, ground)


async def _fill(db: AsyncSession, survey: Survey, found: Draft) -> Kept:
    responses = {
        each: SurveyResponse(survey_id=survey.id, group_id=each.group_id, user_id=each.user_id)
        for each in found.people
    }
    questions = [
        SurveyQuestion(survey_id=survey.id, place=place, label=each.label, kind=each.kind)
        for place, each in enumerate(found.questions)
    ]
    db.add_all([*responses.values(), *questions])
    await db.flush()
    db.add_all(
        SurveyAnswer(response_id=responses[person].id, question_id=question.id, text=text)
        for question, said in zip(questions, found.questions, strict=True)
        for person, text in said.answers.items()
    )
    await db.flush()
    return Kept(survey, questions, len(responses))
