"""The page of what was talked about: of a meeting, a group or a programme, one axis at a time."""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlmodel import col

from app.audit.figures import Of
from app.codebooks.levels import Level
from app.content import charts, rows, service
from app.content.forms import ContentPublic, FrequencyRow
from app.content.service import Content, Scope
from app.content.suppression import FEWEST
from app.groups.service import of_programme as in_programme
from app.kit.errors import NotFound
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.meetings.service import of_group as in_group
from app.programmes import access
from app.sampling import basis
from app.sampling import service as sampling
from app.sampling.basis import Basis
from app.web.agreement import chosen_of, published
from app.web.analysis import writing
from app.web.meetings import title_of
from app.web.visit import Looking, PageRoute, Visit, read

router = APIRouter(route_class=PageRoute)

STRONGEST = 12
"""Pairs of codes in the list of what follows what. Lower: little to see. Higher: noise."""
LEAST_FOLLOWED = 5
"""Times that a pair must have happened to be in that list."""
Text = Annotated[str, Query(max_length=40)]


class Chosen:
    """What the form above the page asks for; an empty field asks for everything."""

    def __init__(
        self,
        version: Text = "",
        axis: Text = "",
        other: Text = "",
        group: Text = "",
        meeting: Text = "",
        hide: Text = "",
        recordings: Annotated[Basis, Query()] = Basis.SAMPLE,
        level: Annotated[Level, Query()] = Level.CODES,
    ) -> None:
        self.version, self.group, self.meeting = (
            read(UUID, each) for each in (version, group, meeting)
        )
        self.axis, self.other, self.hide = axis or None, other or None, hide == "1"
        self.recordings, self.level = recordings, level

    async def content(self, visit: Visit, version_id: UUID) -> tuple[Content, Content]:
        which = self.group, self.meeting, self.recordings, self.level
        scope = Scope.asked(*which, hide=self.hide)
        asked = (visit.actor, version_id, scope, self.axis, self.other)
        return await service.of_axes(visit.context.database, visit.db, *asked)

    def query(self, content: Content, other: Content) -> str:
        """The same for the REST API."""
        asked = {"axis": content.axis.label, "other": other.axis.label}
        asked |= {"recordings": self.recordings.value, "level": self.level.value}
        asked |= {"group_id": str(self.group)} if self.group else {}
        asked |= {"meeting_id": str(self.meeting)} if self.meeting else {}
        return urlencode(asked | ({"hide": "true"} if self.hide else {}))


@router.get("/programmes/{programme_id}/content")
async def content(
    programme_id: UUID, visit: Looking, chosen: Annotated[Chosen, Depends()]
) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.READ_TURNS)
    versions = await published(db, programme_id)
    version = chosen_of(versions, chosen.version)
    groups = await in_programme(db, programme_id)
    if chosen.group and chosen.group not in {group.id for group in groups}:
        raise NotFound
    meetings = await _meetings(visit, chosen.group) if chosen.group else []
    common: dict[str, Any] = {
        "programme": programme, "versions": versions, "version": version, "chosen": chosen,
        "groups": groups, "meetings": meetings,
    }  # fmt: skip
    if version is None:
        return visit.page("content.html", found=None, **common)
    pair = await chosen.content(visit, version.id)
    await visit.looked("content", Of(version_id=version.id))
    found = await asyncio.to_thread(rows.about, *pair, hide=chosen.hide)
    axes, codes = pair[0].material.document.axes, pair[0].codes
    return visit.page(
        "content.html",
        found=found,
        is_coded=pair[0].coded.is_coded.any(),
        axis=pair[0].axis,
        other=pair[1].axis,
        axes=[(each.label, each.name.said(visit.language)) for each in axes],
        levels=list(Level) if any(each.is_nested for each in axes) else [],
        names={code.label: code.name.said(visit.language) for code in codes},
        colours={code.label: code.colour for code in codes},
        tables=_tables(visit, pair[0], found),
        strongest=_strongest(found),
        sizes=_sizes(found),
        pictures={
            name: Markup(charts.picture(name, *pair, visit.text, visit.language))
            for name in charts.PICTURES
        }
        if found.coded
        else {},
        caption=charts.caption(pair[0], visit.text),
        decided=None if chosen.group else await sampling.in_force(db, programme_id),
        named=basis.caption(sample, visit.text) if (sample := pair[0].sample) else "",
        path=f"/api/v1/codebook-versions/{version.id}/content",
        query=chosen.query(*pair),
        fewest=FEWEST,
        **writing(visit),
        **common,
    )


async def _meetings(visit: Visit, group_id: UUID) -> list[tuple[UUID, str]]:
    found = await visit.db.exec(in_group(group_id).order_by(col(Meeting.starts_at)))
    return [(each.id, title_of(visit, each)) for each in found.all()]


def _tables(visit: Visit, content: Content, found: ContentPublic) -> list[dict[str, Any]]:
    """Of each factor with two rows or more: codes down, its rows across. Without pictures totals
    stand in a table too."""
    by: dict[str, dict[str, dict[str, FrequencyRow]]] = {}
    for row in found.frequencies:
        by.setdefault(row.by, {}).setdefault(row.code, {})[row.row] = row
    tables = []
    for name, codes in by.items():
        columns = list(next(iter(codes.values()), {}))
        if found.hidden if name == "all" else len(columns) > 1:
            tables.append({
                "by": name,
                "columns": [(each, _column(visit, name, each)) for each in columns],
                "codes": codes,
            })  # fmt: skip
    return tables


def _column(visit: Visit, by: str, name: str) -> str:
    if by == "all":
        return visit.text("content.by_all")
    if by == "role":
        return visit.text(f"role.{name}")
    return visit.text("analysis.nth", number=name) if by == "position" else name


def _strongest(found: ContentPublic) -> list[Any]:
    """What follows what most unlike chance, among pairs that happened often enough."""
    often = [
        row
        for row in found.follows
        if max(row.turns, row.expected or 0) >= LEAST_FOLLOWED and row.yules_q is not None
    ]
    return sorted(often, key=lambda row: -abs(row.yules_q or 0))[:STRONGEST]


def _sizes(found: ContentPublic) -> dict[str, Any]:
    """Effects of the whole axis, and those of each code."""
    whole = [row for row in found.effects if row.code is None]
    per_code: dict[str, dict[str, Any]] = {}
    for row in found.effects:
        if row.code is not None:
            per_code.setdefault(row.code, {})[row.effect] = row
    return {"whole": whole, "codes": per_code}
