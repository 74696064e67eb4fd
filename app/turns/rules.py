"""A programme's rules for turns: every version kept, the newest in force."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.groups.models import Group
from app.kit.permissions import Action
from app.programmes import access
from app.programmes.models import Programme
from app.turns.detection import TurnRules
from app.turns.models import Laughter, Talk, TechnicalTalk, TurnIndex, TurnRuleSet


def own(programme_id: UUID) -> TurnRuleSet:
    """eMessi's rules, for a programme that has made none. Never stored."""
    return TurnRuleSet(
        programme_id=programme_id,
        version=0,
        **TurnRules().parameters(),
        laughter=Laughter.UNDECLARED,
        technical_talk=TechnicalTalk.UNDECLARED,
    )


async def versions(db: AsyncSession, programme_id: UUID) -> Sequence[TurnRuleSet]:
    """The newest first. Who may ask was asked before."""
    query = select(TurnRuleSet).where(TurnRuleSet.programme_id == programme_id)
    return (await db.exec(query.order_by(col(TurnRuleSet.version).desc()))).all()


async def in_force(db: AsyncSession, programme_id: UUID) -> TurnRuleSet:
    query = select(TurnRuleSet).where(TurnRuleSet.programme_id == programme_id)
    newest = query.order_by(col(TurnRuleSet.version).desc()).limit(1)
    return (await db.exec(newest)).first() or own(programme_id)


def left_out(rules: TurnRuleSet) -> frozenset[Talk]:
    """Of which marks turns are in no figure and to be coded by nobody."""
    found = {Talk.TECHNICAL} if rules.technical_talk == TechnicalTalk.LEFT_OUT else set()
    if rules.laughter in (Laughter.WITHIN, Laughter.LEFT_OUT):
        found.add(Talk.LAUGHTER)
    return frozenset(found)


async def left_out_of(
    db: AsyncSession, group_ids: Collection[UUID]
) -> Mapping[UUID, frozenset[Talk]]:
    """The same by group, for those that leave anything out, by the rules in force."""
    newest = (
        select(TurnRuleSet.programme_id, func.max(TurnRuleSet.version).label("version"))
        .group_by(col(TurnRuleSet.programme_id))
        .subquery()
    )
    query = (
        select(Group.id, TurnRuleSet)
        .join(TurnRuleSet, col(TurnRuleSet.programme_id) == Group.programme_id)
        .join(
            newest,
            (newest.c.programme_id == TurnRuleSet.programme_id)
            & (newest.c.version == TurnRuleSet.version),
        )
        .where(col(Group.id).in_(group_ids))
    )
    found = {group_id: left_out(rules) for group_id, rules in (await db.exec(query)).all()}
    return {group_id: talks for group_id, talks in found.items() if talks}


async def of_programme(db: AsyncSession, actor: Actor, programme_id: UUID) -> list[TurnRuleSet]:
    """Every version, the one in force first."""
    await access.require(db, actor, programme_id, Action.SEE_PROGRAMME)
    return [*await versions(db, programme_id), own(programme_id)]


async def change(
    db: AsyncSession, actor: Actor, programme_id: UUID, fields: dict[str, Any]
) -> TurnRuleSet:
    """A new version in force; the one in force, when nothing is changed by it."""
    await access.require(db, actor, programme_id, Action.EDIT_PROGRAMME)
    await db.get_one(Programme, programme_id, with_for_update=True)
    present = await in_force(db, programme_id)
    if all(getattr(present, name) == value for name, value in fields.items()):
        return present
    made = TurnRuleSet(
        programme_id=programme_id, version=present.version + 1, made_by=actor.user_id, **fields
    )
    db.add(made)
    await db.flush()
    return made


def detection(rules: TurnRuleSet) -> TurnRules:
    return TurnRules(rules.bridge_pause_ms, rules.backchannel_max_ms, rules.minimum_ms)


DETECTOR = ("speech", "echo")
"""What an index's parameters say of how the speech was heard."""


def parameters(rules: TurnRuleSet, detector: dict[str, Any]) -> dict[str, Any]:
    """As an index keeps them, and as every result prints them."""
    return {**detection(rules).parameters(), **declared(rules), **detector}


def declared(rules: TurnRuleSet) -> dict[str, Any]:
    """What people mark by, and no machine; what is left out of figures follows from it."""
    return {
        "laughter": str(rules.laughter),
        "technical_talk": str(rules.technical_talk),
        "rules_version": rules.version,
    }


def printed(index: TurnIndex) -> str:
    """What made its turns, on one line: the detector's version and the rules."""
    return " · ".join(filter(None, [index.version, printed_rules(index)]))


def printed_rules(index: TurnIndex) -> str:
    """The rules alone."""
    return " · ".join(f"{key} {_said(value)}" for key, value in index.parameters.items())


def on_one_line(lines: Iterable[str]) -> str:
    """Several in one cell or under one picture, where not all turns were made alike."""
    return " | ".join(lines)


def _said(value: Any) -> str:
    """Of a parameter with parts, each part."""
    if not isinstance(value, Mapping):
        return str(value)
    return "(" + ", ".join(f"{key} {part}" for key, part in value.items()) + ")"
