"""One's own consents on every page that shows them, and the receipt to take home."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import col, select

from app.consent import ledger, receipt, service, texts
from app.consent.models import Decision
from app.groups.models import Group, Membership
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
            "purposes": [each.value for each in service.on_show(text, latest.keys())],
            "decisions": {purpose: row.decision for purpose, row in latest.items()},
            "seen": max((row.sequence for row in latest.values()), default=0),
            "asked_again": any(r.text_version != text.version for r in latest.values()),
            "kept": [purpose for purpose, row in latest.items() if row.keeps_earlier],
            "undecided": [p.value for p in service.to_ask(rows, user_id, text)],
        },
    }


async def left_consents(visit: Visit) -> list[dict[str, Any]]:
    """Of each group that one has left, what one agreed to there and may still withdraw."""
    query = (
        select(Group)
        .join(Membership, col(Membership.group_id) == Group.id)
        .where(Membership.user_id == visit.actor.user_id, col(Membership.left_at).is_not(None))
    )
    found = []
    for group in (await visit.db.exec(query.order_by(col(Group.name)).distinct())).all():
        data = (await own_consents(visit, group))["data"]
        agreed = [p for p in data["purposes"] if data["decisions"].get(p) == Decision.GRANTED]
        if agreed or data["kept"]:
            shown = [p for p in data["purposes"] if p in agreed or p in data["kept"]]
            data |= {"purposes": shown, "undecided": [], "asked_again": False}
            found.append({"group": group, "data": data})
    return found


@router.get("/groups/{group_id}/receipt")
async def own_receipt(group_id: UUID, visit: Looking) -> HTMLResponse:
    found = await receipt.of_own(visit.db, visit.actor, group_id)
    return visit.page("receipt.html", receipt=found, key_id=visit.context.signer.public_key["kid"])
