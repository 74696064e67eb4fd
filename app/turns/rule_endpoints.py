"""A programme's rules for turns over HTTP."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.http import CurrentActor
from app.kit.http import Db
from app.turns import rules
from app.turns.forms import TurnRulesMake, TurnRulesPublic
from app.turns.models import TurnRuleSet

router = APIRouter(prefix="/programmes", tags=["turns"])


@router.get("/{programme_id}/turn-rules")
async def turn_rules(programme_id: UUID, db: Db, actor: CurrentActor) -> list[TurnRulesPublic]:
    """Every version, the one in force first. Version 0 is eMessi's own."""
    return [_public(each) for each in await rules.of_programme(db, actor, programme_id)]


@router.post("/{programme_id}/turn-rules", status_code=201)
async def make_turn_rules(
    programme_id: UUID, form: TurnRulesMake, db: Db, actor: CurrentActor
) -> TurnRulesPublic:
    """A new version. The worker proposes turns by it again, from the speech that was kept; what
    people accepted stays."""
    return _public(await rules.change(db, actor, programme_id, form.model_dump()))


def _public(each: TurnRuleSet) -> TurnRulesPublic:
    fields = each.model_dump(include=set(TurnRulesPublic.model_fields), warnings=False)
    return TurnRulesPublic(**{**fields, "made_at": each.made_at if each.version else None})
