"""The page of group dynamics over a programme: groups by meeting order, and how far they differ."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from app.analysis import kept, service
from app.analysis import programme as over_groups
from app.analysis.forms import BetweenRow, OrderRow
from app.analysis.pooled import Chances
from app.analysis.service import Measured
from app.audit.figures import Of
from app.sampling import basis
from app.sampling import service as sampling
from app.sampling.basis import Basis
from app.turns.columns import LeftOut
from app.web.analysis import SPREAD, chance_of, p_of, shown, writing
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)

Recordings = Annotated[Basis, Query()]


@router.get("/programmes/{programme_id}/analysis")
async def programme_analysis(
    programme_id: UUID, visit: Looking, recordings: Recordings = Basis.SAMPLE
) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    decided = await sampling.in_force(db, programme_id)
    sample = decided if recordings == Basis.SAMPLE else None
    programme, groups = await service.of_programme(
        db, actor, programme_id, basis.recordings(sample)
    )
    await visit.looked("analysis", Of(programme_id=programme_id))
    series = [measured for _, measured in groups]
    drawings = await kept.of(visit.context.database, db, itertools.chain(*series))
    chance = over_groups.by_chance(series, drawings)
    values, rules = over_groups.values(series), over_groups.rules(series)
    named = basis.caption(sample, visit.text) if sample else ""
    order = over_groups.by_order(values, rules, chance=chance)
    made_by = [*rules, named] if named else rules
    return visit.page(
        "programme_analysis.html",
        programme=programme,
        groups=[(group, len(measured), _left_out(measured)) for group, measured in groups],
        ordinals=sorted({row.meeting for row in order}),
        rules=rules,
        drawn=(len(drawings), sum(map(len, series))),
        between=_between(visit, over_groups.between(values, rules, chance=chance)),
        order=_order(visit, order),
        by_group=_by_group(visit, values, chance.by_group),
        pictures={
            name: Markup(over_groups.chart(name, order, made_by, visit.text))
            for name in (over_groups.LINES if series else ())
        },
        path=f"/api/v1/programmes/{programme_id}/analysis",
        decided=decided,
        named=named,
        query=f"recordings={recordings}",
        **writing(visit),
    )


def _left_out(series: Iterable[Measured]) -> LeftOut:
    """Of a group's meetings together."""
    own = [each.studied.left_out for each in series]
    return LeftOut(sum(each.turns for each in own), sum(each.ms for each in own))


def _between(visit: Visit, rows: Sequence[BetweenRow]) -> list[dict[str, Any]]:
    by = {(row.facilitator, row.figure): row for row in rows}
    return [
        {"side": side, "figure": figure, "groups": row.groups}
        | {
            name: shown(visit, figure, getattr(row, name))
            for name in ("mean", "between_sd", "within_sd", "low", "high")
        }
        | {"chance": chance_of(visit, row)}
        for side, figure in SPREAD
        if (row := by.get((side, figure)))
    ]


def _order(visit: Visit, rows: Sequence[OrderRow]) -> list[dict[str, Any]]:
    """Of each figure the means over groups by meeting, each with its range."""
    by: dict[tuple[str, str], dict[int, OrderRow]] = {}
    for row in rows:
        by.setdefault((row.facilitator, row.figure), {})[row.meeting] = row
    return [
        {
            "side": side,
            "figure": figure,
            "meetings": {
                number: {
                    "mean": shown(visit, figure, row.mean),
                    "range": f"{shown(visit, figure, row.low)} … {shown(visit, figure, row.high)}",
                    "groups": row.groups,
                    "p": p_of(visit, row.p),
                }
                for number, row in by[side, figure].items()
            },
        }
        for side, figure in SPREAD
        if (side, figure) in by
    ]


def _by_group(
    visit: Visit,
    values: Mapping[tuple[str, str], list[dict[int, float]]],
    chances: Sequence[Chances],
) -> list[dict[str, Any]]:
    """Of each figure the mean over each group's meetings."""
    return [
        {
            "side": side,
            "figure": figure,
            "groups": [
                {
                    "mean": shown(visit, figure, sum(own.values()) / len(own)) if own else "–",
                    "p": p_of(visit, chance.p) if (chance := by.get((side, figure))) else "",
                }
                for own, by in zip(values[side, figure], chances, strict=True)
            ],
        }
        for side, figure in SPREAD
        if (side, figure) in values
    ]
