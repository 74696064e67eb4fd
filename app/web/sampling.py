"""The page of a programme's sample: which recordings are indexed, and how that was decided."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import col

from app.accounts import service as accounts
from app.kit.permissions import Action, may
from app.programmes import access
from app.programmes import service as programmes
from app.sampling import service
from app.sampling.drawing import Candidate, parted
from app.sampling.models import Sample
from app.web.analysis import writing
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/programmes/{programme_id}/sampling")
async def sampling(programme_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await programmes.get(db, actor, programme_id)
    query = await service.samples(db, actor, programme_id)
    made = (await db.exec(query.order_by(col(Sample.id).desc()))).all()
    roles = await access.roles(db, actor, programme_id)
    population = await service.population(db, programme_id)
    groups = await service.group_names(db, programme_id)
    return visit.page(
        "sampling.html",
        programme=programme,
        samples=made,
        grid=_grid(made[0], population, groups) if made else None,
        drawers=await accounts.named(db, sorted({each.drawn_by for each in made})),
        population=[(each, groups[each.group_id]) for each in population],
        may_draw=may(roles, Action.DRAW_SAMPLE),
        **writing(visit),
    )


def _grid(
    sample: Sample, population: Iterable[Candidate], groups: Mapping[UUID, str]
) -> dict[str, Any]:
    """Groups by meetings: what could be chosen there, whether it was, and is still kept."""
    kept = {each.recording_id for each in population}
    parts = sample.parameters.get("parts", 1)
    chosen = set(sample.chosen)
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for each, part in parted(service.candidates(sample), parts):
        rows.setdefault(groups.get(each.group_id, "–"), {})[each.ordinal] = {
            "recording_id": each.recording_id,
            "part": part + 1 if parts > 1 else None,
            "is_chosen": str(each.recording_id) in chosen,
            "is_kept": each.recording_id in kept,
        }
    return {"rows": rows, "ordinals": sorted({n for row in rows.values() for n in row})}
