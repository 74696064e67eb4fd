"""Answers laid beside what the same people did in the talk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent.models import Purpose
from app.exports.figures import Counted
from app.groups.models import Group, Membership
from app.kit.db import Database
from app.kit.errors import Invalid, NotFound
from app.kit.permissions import Action
from app.linkage import measures
from app.linkage.measures import Key, Measure
from app.linkage.pairs import Pair
from app.programmes import access
from app.surveys.columns import number
from app.surveys.kept import Kept
from app.surveys.models import (
    NUMERIC,
    AnswerKind,
    Survey,
    SurveyAnswer,
    SurveyMoment,
    SurveyQuestion,
    SurveyResponse,
)

MINUS = "~"
"""Between the questions after and before, where their difference is asked for."""


class FreeText(Invalid):
    """There is nothing to rank in it or to sort by."""

    code = "link_text"


class OnlyAllGroups(Invalid):
    code = "only_all_groups"


class Asked(NamedTuple):
    survey: Survey
    question: SurveyQuestion


@dataclass(frozen=True)
class Column:
    """One number or choice for each person: of a question, or after minus before."""

    after: Asked
    before: Asked | None = None

    @property
    def name(self) -> str:
        """As addresses have it."""
        ids = [each.question.id for each in (self.after, self.before) if each]
        return MINUS.join(map(str, ids))

    @property
    def survey_ids(self) -> set[UUID]:
        return {each.survey.id for each in (self.after, self.before) if each}

    @property
    def kind(self) -> AnswerKind:
        """Of a difference: a number."""
        return AnswerKind.DECIMAL if self.before else AnswerKind(self.after.question.kind)


@dataclass(frozen=True)
class Linked:
    column: Column
    measure: Measure
    answered: int
    """People with an answer, linked or not."""
    pairs: Sequence[Pair]
    """By group and pseudonym."""
    counted: Sequence[Counted]
    """For the register of what goes out: who answered, and in whose talk they were measured."""


def columns(surveys: Iterable[Kept]) -> list[Column]:
    """Everything that may be linked: numbers and choices, then how a number that was asked before
    and after has changed."""
    asked = [Asked(kept.survey, each) for kept in surveys for each in kept.questions]
    single = [Column(each) for each in asked if each.question.kind != AnswerKind.TEXT]
    numeric = [each for each in asked if each.question.kind in NUMERIC]
    before, after = (
        [each for each in numeric if each.survey.moment == moment]
        for moment in (SurveyMoment.BEFORE, SurveyMoment.AFTER)
    )
    return single + [
        Column(late, early) for late, early in product(after, before) if _same(late, early)
    ]


def _same(one: Asked, other: Asked) -> bool:
    return one.question.label.casefold() == other.question.label.casefold()


def of_whom(group_id: UUID | None, *, hide: bool) -> UUID | None:
    """`hide`: for others than the research team. Of all groups alone: an answer that is hidden is
    what the other groups leave of the whole. Raises OnlyAllGroups."""
    if hide and group_id:
        raise OnlyAllGroups(field="hide")
    return group_id


async def find(db: AsyncSession, actor: Actor, programme_id: UUID, name: str) -> Column:
    """The column behind a name, for those who may read its answers."""
    await access.require(db, actor, programme_id, Action.READ_ANSWERS)
    after, minus, before = name.partition(MINUS)
    late = await _asked(db, programme_id, after)
    early = await _asked(db, programme_id, before) if minus else None
    if late.question.kind == AnswerKind.TEXT:
        raise FreeText(field="column")
    if early and not {late.question.kind, early.question.kind} <= NUMERIC:
        raise NotFound(field="column")
    return Column(late, early)


async def link(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    column: Column,
    measure: str,
    version_id: UUID | None = None,
    group_id: UUID | None = None,
) -> Linked:
    """`measure`: a figure of the talk, or `axis/code` of this version of a codebook."""
    if group_id is not None:
        group = await db.get(Group, group_id)
        if group is None or group.programme_id != programme_id:
            raise NotFound(field="group_id")
    if measure in measures.OF_TALK:
        made = await measures.of_talk(db, actor, programme_id, measure, group_id)
    elif version_id is not None and measures.CODE in measure:
        own = (programme_id, version_id, measure, group_id)
        made = await measures.of_code(database, db, actor, *own)
    else:
        raise NotFound(field="measure")
    said = await _said(db, column, group_id)
    names = await _names(db, said)
    pairs = [
        Pair(key[0], names[key[0]], key[1], *answer, made.values[key])
        for key, answer in said.items()
        if key in made.values
    ]
    pairs.sort(key=lambda pair: (pair.group, pair.group_id, len(pair.pseudonym), pair.pseudonym))
    counted = [*made.counted, *await _answerers(db, pairs)]
    return Linked(column, made, len(said), pairs, counted)


async def _asked(db: AsyncSession, programme_id: UUID, name: str) -> Asked:
    try:
        question = await db.get(SurveyQuestion, UUID(name))
    except ValueError:
        raise NotFound(field="column") from None
    survey = await db.get(Survey, question.survey_id) if question else None
    if question is None or survey is None or survey.programme_id != programme_id:
        raise NotFound(field="column")
    return Asked(survey, question)


Answer = tuple[str, float | None]
NONE: Answer = ("", None)


async def _said(db: AsyncSession, column: Column, group_id: UUID | None) -> dict[Key, Answer]:
    late = await _answers(db, column.after.question, group_id)
    if column.before is None:
        return late
    early = await _answers(db, column.before.question, group_id)
    numbers = {key: (value, early.get(key, NONE)[1]) for key, (_, value) in late.items()}
    changes = {
        key: round(now - then, 9)
        for key, (now, then) in numbers.items()
        if now is not None and then is not None
    }
    return {key: (f"{change:+g}", change) for key, change in changes.items()}


async def _answers(
    db: AsyncSession, question: SurveyQuestion, group_id: UUID | None
) -> dict[Key, Answer]:
    query = (
        select(SurveyResponse.group_id, Membership.pseudonym, SurveyAnswer.text)
        .where(SurveyAnswer.response_id == SurveyResponse.id)
        .where(SurveyAnswer.question_id == question.id)
        .where(Membership.group_id == SurveyResponse.group_id)
        .where(Membership.user_id == SurveyResponse.user_id)
    )
    if group_id is not None:
        query = query.where(SurveyResponse.group_id == group_id)
    kind = AnswerKind(question.kind)
    return {
        (group, pseudonym): (text, number(kind, text))
        for group, pseudonym, text in (await db.exec(query)).all()
    }


async def _answerers(db: AsyncSession, pairs: Iterable[Pair]) -> list[Counted]:
    named = {(pair.group_id, pair.pseudonym) for pair in pairs}
    query = select(Membership).where(col(Membership.group_id).in_({id_ for id_, _ in named}))
    found: dict[UUID, set[UUID]] = {}
    for member in (await db.exec(query)).all():
        if (member.group_id, member.pseudonym) in named:
            found.setdefault(member.group_id, set()).add(member.user_id)
    return [Counted(id_, None, None, own, [Purpose.INDEXING]) for id_, own in found.items()]


async def _names(db: AsyncSession, said: Mapping[Key, Answer]) -> dict[UUID, str]:
    query = select(Group).where(col(Group.id).in_({group_id for group_id, _ in said}))
    return {group.id: group.name for group in (await db.exec(query)).all()}
