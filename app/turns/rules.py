"""A programme's rules for turns: every version kept, the newest in force."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit.permissions import Action
from app.programmes import access
from app.programmes.models import Programme
from app.turns.detection import TurnRules
from app.turns.models import Laughter, TechnicalTalk, TurnIndex, TurnRuleSet


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
    """What people go by, and no machine."""
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
