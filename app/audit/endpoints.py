"""The audit log of a programme, for its coordinators; of the installation, for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from app.accounts.http import CurrentActor
from app.audit import service
from app.audit.forms import ChainPublic, EntryPublic
from app.audit.table import table
from app.kit import audit
from app.kit.audit import INSTALLATION, About, Deed
from app.kit.http import Ctx, Db, Page

router = APIRouter(prefix="/audit", tags=["audit"])


def _filter(
    person: UUID | None = None,
    deed: Deed | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> service.Filter:
    return service.Filter(person, deed, since, until)


Wanted = Annotated[service.Filter, Depends(_filter)]
Place = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.get("")
async def log(
    db: Db,
    actor: CurrentActor,
    wanted: Wanted,
    programme_id: UUID | None = None,
    before: Place = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[EntryPublic]:
    """The newest first. `before`: the `next_cursor` of the page before. Without a programme: what
    belongs to none."""
    await service.reader(db, actor, programme_id)
    query = service.entries(programme_id, wanted)
    rows, place = await service.newest(db, query, before, limit)
    items = [EntryPublic.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=str(place) if place else None)


@router.get("/verification")
async def audit_verification(
    db: Db, actor: CurrentActor, programme_id: UUID | None = None
) -> ChainPublic:
    """Whether the hash chain is whole."""
    await service.reader(db, actor, programme_id)
    found = await service.verify(db, programme_id or INSTALLATION)
    return ChainPublic(
        whole=found.broken_at is None,
        broken_at=found.broken_at,
        length=found.length,
        last_hash=found.last_hash,
    )


@router.get("/entries.csv", response_class=StreamingResponse)
async def log_csv(
    db: Db, actor: CurrentActor, wanted: Wanted, context: Ctx, programme_id: UUID | None = None
) -> StreamingResponse:
    """As a table, in the order of the chain. That it was taken is an entry too."""
    doer = await service.reader(db, actor, programme_id)
    about = About("log", programme_id, programme_id=programme_id)
    await audit.witness(context.database, db, Deed.LOG_TAKEN, doer, about, within=None)
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    body = table(context.database, programme_id, wanted)
    return StreamingResponse(body, media_type="text/csv; charset=utf-8", headers=headers)
