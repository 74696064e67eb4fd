"""One's own consents on every page that shows them, and the receipt to take home."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.consent import ledger, receipt, service, texts
from app.consent.models import Purpose
from app.groups.models import Group
from app.programmes.models import Programme
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)


async def own_consents(visit: Visit, group: Group) -> Mapping[str, Any]:
    """One's own latest decisions in a group, with the text they would now be made under.

    What was decided under an older text is told, and asked again.
    """
    text = await texts.current(visit.db, group.programme_id, visit.language)
    owner = await visit.db.get_one(Programme, group.programme_id)
    rows = await service.chain(visit.db, group.id)
    user_id = visit.actor.user_id
    latest = ledger.fold(rows).get(user_id, {})
    return {
        "text": texts.filled(text, owner),
        "data": {
            "text_version": text.version,
            "purposes": [purpose.value for purpose in Purpose],
            "decisions": {purpose: row.decision for purpose, row in latest.items()},
            "asked_again": any(r.text_version != text.version for r in latest.values()),
            "kept": [purpose for purpose, row in latest.items() if row.keeps_earlier],
            "undecided": [p.value for p in service.to_ask(rows, user_id, text.version)],
        },
    }


@router.get("/groups/{group_id}/receipt")
async def own_receipt(group_id: UUID, visit: Looking) -> HTMLResponse:
    found = await receipt.of_own(visit.db, visit.actor, group_id)
    return visit.page("receipt.html", receipt=found, key_id=visit.context.signer.public_key["kid"])
