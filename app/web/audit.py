"""The page of the audit log: of a programme for its coordinators, of the installation for
administrators."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from app.audit import service
from app.kit.audit import INSTALLATION, Deed
from app.programmes.models import Programme
from app.web.rendering import ZONE
from app.web.visit import Looking, PageRoute, read

router = APIRouter(route_class=PageRoute)

SHOWN = 50
COUNTED = (
    *("tapes", "shortened_tapes", "files", "turns", "notes", "people", "recordings"),
    *("days_before", "days_after", "version"),
)
"""The details that have words; the rest is in the table to download."""
Text = Annotated[str, Query(max_length=40)]


class Asked:
    """What the form above the list asks for; an empty field asks for nothing."""

    def __init__(
        self,
        person: Text = "",
        deed: Text = "",
        since: Text = "",
        until: Text = "",
        before: Text = "",
        check: Text = "",
    ) -> None:
        self.given = {"person": person, "deed": deed, "since": since, "until": until}
        self.before = read(int, before)
        self.check = bool(check)
        first, last = read(_midnight, since), read(_midnight, until)
        self.filter = service.Filter(
            read(UUID, person),
            read(Deed, deed),
            first,
            last + timedelta(days=1) if last else None,
        )

    def query(self, **more: object) -> str:
        asked = {name: value for name, value in {**self.given, **more}.items() if value}
        return urlencode(asked)

    def api_query(self, programme_id: UUID | None) -> str:
        """The same for the table, which is asked for by moments."""
        wanted = {"programme_id": programme_id, **vars(self.filter)}
        return urlencode({name: value for name, value in wanted.items() if value})


Wanted = Annotated[Asked, Depends()]


@router.get("/programmes/{programme_id}/audit")
async def programme_audit(programme_id: UUID, visit: Looking, asked: Wanted) -> HTMLResponse:
    return await _page(visit, asked, programme_id)


@router.get("/audit")
async def installation_audit(visit: Looking, asked: Wanted) -> HTMLResponse:
    return await _page(visit, asked, None)


async def _page(visit: Looking, asked: Asked, programme_id: UUID | None) -> HTMLResponse:
    db = visit.db
    await service.reader(db, visit.actor, programme_id)
    query = service.entries(programme_id, asked.filter)
    rows, place = await service.newest(db, query, asked.before, SHOWN)
    found: dict[str, Any] = {
        "programme": await db.get(Programme, programme_id) if programme_id else None,
        "rows": rows,
        "names": await service.names(db, rows),
        "people": await service.actors(db, programme_id),
        "deeds": list(Deed),
        "counted": COUNTED,
        "given": asked.given,
        "older": asked.query(before=place) if place else "",
        "check": asked.query(check="1"),
        "csv": asked.api_query(programme_id),
        "verified": await service.verify(db, programme_id or INSTALLATION) if asked.check else None,
    }
    return visit.page("audit.html", **found)


def _midnight(day: str) -> datetime:
    """Where the page's times are written."""
    return datetime.combine(date.fromisoformat(day), time(), ZONE).astimezone(UTC)
