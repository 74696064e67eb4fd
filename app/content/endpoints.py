"""What was talked about. For the research team; `hide` makes what may be shown to others."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.http import CurrentActor
from app.audit.figures import witnessed
from app.codebooks.levels import Level
from app.content import charts, rows, service
from app.content.forms import (
    ContentPublic,
    ContentRow,
    EffectRow,
    FollowRow,
    FrequencyRow,
    RiverRow,
    TogetherRow,
)
from app.content.service import Content, NotForOthers, Scope
from app.exports.figures import ToBeOut
from app.kit.csv_file import Decimal, csv_file
from app.kit.db import Database
from app.kit.http import Ctx, Db
from app.sampling.basis import Basis

router = APIRouter(tags=["content"], dependencies=[Depends(witnessed("content"))])

KINDS: dict[str, type[ContentRow]] = {
    "frequencies": FrequencyRow,
    "river": RiverRow,
    "together": TogetherRow,
    "follows": FollowRow,
    "effects": EffectRow,
}
Label = Annotated[str | None, Query(max_length=40)]


class Asked:
    """Along which axis, at which level of its codes, of which meetings, and for whom."""

    def __init__(
        self,
        axis: Label = None,
        other: Label = None,
        group_id: UUID | None = None,
        meeting_id: UUID | None = None,
        hide: bool = False,
        recordings: Annotated[Basis, Query()] = Basis.SAMPLE,
        level: Annotated[Level, Query()] = Level.CODES,
    ) -> None:
        self.axis, self.other, self.hide = axis, other, hide
        self.scope = Scope.asked(group_id, meeting_id, recordings, level, hide=hide)

    async def content(
        self, database: Database, db: AsyncSession, actor: Actor, version_id: UUID
    ) -> tuple[Content, Content]:
        asked = self.scope, self.axis, self.other
        return await service.of_axes(database, db, actor, version_id, *asked)


Wanted = Annotated[Asked, Depends()]


@router.get("/codebook-versions/{version_id}/content")
async def content(
    version_id: UUID, db: Db, actor: CurrentActor, context: Ctx, asked: Wanted
) -> ContentPublic:
    """Who asks has read codes of what is in it, and is no longer assigned to code it."""
    pair = await asked.content(context.database, db, actor, version_id)
    return await asyncio.to_thread(rows.about, *pair, hide=asked.hide)


@router.get("/codebook-versions/{version_id}/content/{table}.csv", response_class=Response)
async def content_table(
    version_id: UUID,
    table: Literal["frequencies", "river", "together", "follows", "effects"],
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    asked: Wanted,
    out: ToBeOut,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    """With `hide` frequencies alone: from the others could be worked out what is hidden."""
    if asked.hide and table != "frequencies":
        raise NotForOthers(field="hide")
    pair = await asked.content(context.database, db, actor, version_id)
    found = getattr(await asyncio.to_thread(rows.about, *pair, hide=asked.hide), table)
    body = csv_file(list(KINDS[table].model_fields), found, decimal)
    return await out.table(body, f"content-{table}", service.counted(pair[0]))


@router.get("/codebook-versions/{version_id}/content/{chart}.svg", response_class=Response)
async def content_chart(
    version_id: UUID,
    chart: Literal["frequencies", "river", "river_without", "together", "follows"],
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    asked: Wanted,
    out: ToBeOut,
    language: Annotated[Literal["fi", "sv", "en"] | None, Query()] = None,
) -> Response:
    """For the research team alone: pictures hide nothing."""
    if asked.hide:
        raise NotForOthers(field="hide")
    spoken = language or actor.language
    pair = await asked.content(context.database, db, actor, version_id)

    def t(key: str, **values: object) -> str:
        return context.languages.text(key, spoken, **values)

    picture = charts.picture(chart, *pair, t, spoken)
    return await out.picture(picture, f"content-{chart}", service.counted(pair[0]))
