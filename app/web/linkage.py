"""The page of answers beside the talk: one column, one measure, of a group or of all."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from app.codebooks import service as codebooks
from app.codebooks.models import CodebookVersion
from app.content.suppression import FEWEST
from app.groups.service import of_programme as in_programme
from app.kit.permissions import Action
from app.linkage import charts, rows, service
from app.linkage.measures import CODE, OF_TALK
from app.linkage.service import Column, Linked
from app.programmes import access
from app.surveys import kept as surveys
from app.surveys import told
from app.web.agreement import chosen_of, published
from app.web.analysis import writing
from app.web.visit import Looking, PageRoute, Visit, read

router = APIRouter(route_class=PageRoute)

Text = Annotated[str, Query(max_length=90)]


class Chosen:
    """What the form above the page asks for."""

    def __init__(
        self,
        column: Text = "",
        measure: Text = "",
        version: Text = "",
        group: Text = "",
        hide: Text = "",
    ) -> None:
        self.column, self.measure = column, measure or next(iter(OF_TALK))
        self.version, self.group = (read(UUID, each) for each in (version, group))
        self.hide = hide == "1"

    def query(self, version: CodebookVersion | None) -> str:
        """The same for the REST API."""
        asked = {"column": self.column, "measure": self.measure}
        asked |= {"version_id": str(version.id)} if version and CODE in self.measure else {}
        asked |= {"group_id": str(self.group)} if self.group else {}
        return urlencode(asked | ({"hide": "true"} if self.hide else {}))


@router.get("/programmes/{programme_id}/linkage")
async def linkage(
    programme_id: UUID, visit: Looking, chosen: Annotated[Chosen, Depends()]
) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.READ_ANSWERS)
    columns = service.columns(await surveys.of_programme(db, programme_id))
    versions = await published(db, programme_id)
    version = chosen_of(versions, chosen.version)
    common: dict[str, Any] = {
        "programme": programme, "columns": _offered(visit, columns), "chosen": chosen,
        "groups": await in_programme(db, programme_id), "versions": versions, "version": version,
        "measures": list(OF_TALK), "axes": _axes(visit, version),
    }  # fmt: skip
    if not columns:
        return visit.page("linkage.html", found=None, **common)
    chosen.column = chosen.column or columns[0].name
    column = await service.find(db, actor, programme_id, chosen.column)
    group_id = service.of_whom(chosen.group, hide=chosen.hide)
    own = (chosen.measure, version.id if version else None, group_id)
    linked = await service.link(visit.context.database, db, actor, programme_id, column, *own)
    await told.read(visit.context.database, db, actor, programme_id, column.survey_ids)
    found = await asyncio.to_thread(rows.about, programme_id, linked, hide=chosen.hide)
    return visit.page(
        "linkage.html",
        found=found,
        question=charts.question(linked, visit.text),
        named=charts.named(linked.measure, visit.text, visit.language),
        said=_said(visit, linked),
        picture_of=None if chosen.hide else _picture(visit, linked),
        path=f"/api/v1/programmes/{programme_id}/linkage",
        query=chosen.query(version),
        fewest=FEWEST,
        **writing(visit),
        **common,
    )


def _offered(visit: Visit, columns: Sequence[Column]) -> list[tuple[str, list[tuple[str, str]]]]:
    """By survey, and the differences last: how each is asked for and what it says."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in columns:
        survey = each.after.survey
        moment = visit.text(f"survey.moment_{survey.moment}")
        title = f"{survey.name} ({moment})"
        if each.before:
            title = visit.text("linkage.differences")
        found.setdefault(title, []).append((each.name, each.after.question.label))
    return list(found.items())


def _axes(visit: Visit, version: CodebookVersion | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of each axis its codes: how each is asked for and its name."""
    document = codebooks.said(version) if version else None
    return [
        (
            axis.name.said(visit.language),
            [
                (f"{axis.label}{CODE}{code.label}", code.name.said(visit.language))
                for code in axis.codes
                if code.is_codable
            ],
        )
        for axis in (document.axes if document else ())
    ]


def _said(visit: Visit, linked: Linked) -> Any:
    """How a measure is written."""

    def said(value: float | None) -> str:
        return "–" if value is None else charts.said(linked.measure, value, visit.text)

    return said


def _picture(visit: Visit, linked: Linked) -> Markup | None:
    if not linked.pairs:
        return None
    return Markup(charts.scatter(linked, visit.text, visit.language))
