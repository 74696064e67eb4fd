"""The page of agreement between coders, one version of a codebook at a time."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from app.agreement import measures, rows, service
from app.agreement.bootstrap import DRAWN, FEWEST, Estimate
from app.agreement.service import Compared, Report
from app.analysis.drawing import clock
from app.audit.figures import Of
from app.codebooks import service as codebooks
from app.codebooks.document import Code
from app.codebooks.models import Codebook, CodebookVersion
from app.kit.errors import NotFound
from app.kit.permissions import Action
from app.programmes import access
from app.web.analysis import writing
from app.web.meetings import title_of
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)

SHOWN = ("percent", "kappa", "alpha", "ac1")
BY_TIME = ("u_alpha", "binary_alpha", "cu_alpha")
MOST_MOMENTS = 30
"""Of one confusion on the page. Lower: too few to see a pattern. Higher: nobody opens them all; the
table to download has every one."""
MOST_CONFUSIONS = 10
"""Pairs of codes on the page, of each axis; the table to download has every one."""


@router.get("/programmes/{programme_id}/agreement")
async def agreement(
    programme_id: UUID, visit: Looking, version: Annotated[UUID | None, Query()] = None
) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.READ_TURNS)
    versions = await published(db, programme_id)
    chosen = chosen_of(versions, version)
    common: dict[str, Any] = {"programme": programme, "versions": versions, "chosen": chosen}
    if chosen is None:
        return visit.page("agreement.html", report=None, **common)
    report = await service.of_version(visit.context.database, db, actor, chosen.id)
    await visit.looked("agreement", Of(version_id=chosen.id))
    return visit.page(
        "agreement.html",
        report=report,
        axes=[_axis(visit, report, compared) for compared in report.axes],
        shown=SHOWN,
        by_time=BY_TIME,
        most=MOST_MOMENTS,
        fewest=FEWEST,
        drawn=DRAWN,
        path=f"/api/v1/codebook-versions/{chosen.id}/agreement",
        **writing(visit),
        **common,
    )


async def published(
    db: AsyncSession, programme_id: UUID
) -> Sequence[tuple[Codebook, CodebookVersion]]:
    """Every version of every codebook, the newest version of each first."""
    return [
        (book, version)
        for book in await codebooks.of_programme(db, programme_id)
        for version in await codebooks.versions(db, book.id)
    ]


def chosen_of(
    versions: Sequence[tuple[Codebook, CodebookVersion]], wanted: UUID | None
) -> CodebookVersion | None:
    """The one asked for, else the first there is."""
    found = [version for _, version in versions if wanted in (None, version.id)]
    if wanted is not None and not found:
        raise NotFound
    return found[0] if found else None


def _axis(visit: Visit, report: Report, compared: Compared) -> dict[str, Any]:
    found = compared.agreement
    names = [_name(visit, code) for code in compared.codes]
    whole = found.whole.estimates
    return {
        "name": compared.axis.name.said(visit.language),
        "label": compared.axis.label,
        "definition": compared.axis.definition.said(visit.language),
        "is_used": any(
            code is not None and each.prevalence > 0
            for code, each in zip(compared.codes, found.codes, strict=True)
        ),
        "turns": found.whole.units,
        "recordings": found.whole.recordings,
        "estimates": {name: _estimate(visit, each) for name, each in whole.items()},
        "main": {name: _estimate(visit, each) for name, each in compared.main.estimates.items()}
        if compared.main
        else {},
        "by_time": {name: _estimate(visit, each) for name, each in compared.by_time.items()},
        "reading": measures.reading(whole["alpha"]),
        "codes": [
            {
                "name": name,
                "colour": code.colour if code else None,
                "prevalence": each.prevalence,
                "estimates": {
                    key: _estimate(visit, one) for key, one in each.agreement.estimates.items()
                },
                "reading": measures.reading(each.agreement.estimates["alpha"]),
            }
            for name, code, each in zip(names, compared.codes, found.codes, strict=True)
        ],
        "pairs": len(found.confusions),
        "confusions": [
            {
                "one": names[one],
                "other": names[other],
                "count": len(units),
                "moments": [
                    _moment(visit, report, compared, unit) for unit in units[:MOST_MOMENTS]
                ],
            }
            for one, other, units in found.confusions[:MOST_CONFUSIONS]
        ],
    }


def _moment(visit: Visit, report: Report, compared: Compared, unit: int) -> dict[str, Any]:
    moment = report.moments[unit]
    names = {code.label: _name(visit, code) for code in compared.codes if code}
    return {
        "href": f"/recordings/{moment.coded.recording.id}#t={moment.start_ms / 1000:.1f}",
        "meeting": title_of(visit, moment.coded.meeting),
        "clock": clock(moment.start_ms),
        "pseudonym": moment.pseudonym,
        "said": [
            (coder, names.get(label, _name(visit, None)))
            for coder, label in rows.said(report, compared, unit)
        ],
    }


def _name(visit: Visit, code: Code | None) -> str:
    return code.name.said(visit.language) if code else visit.text("agreement.no_code")


def _estimate(visit: Visit, found: Estimate) -> dict[str, str]:
    """A value and its interval, as the language writes numbers."""
    number = writing(visit)["number"]
    if found.value != found.value:
        return {"value": visit.text("agreement.undefined"), "interval": ""}
    known = found.low == found.low
    interval = f"{number(found.low)} … {number(found.high)}" if known else ""
    return {"value": number(found.value), "interval": interval}
