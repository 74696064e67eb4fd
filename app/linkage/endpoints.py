"""Answers beside the talk. For the research team; `hide` makes what may be shown to others."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.accounts.http import CurrentActor
from app.content.service import NotForOthers
from app.exports.figures import ToBeOut
from app.kit.csv_file import Decimal, csv_file
from app.kit.http import Ctx, Db
from app.linkage import charts, rows, service
from app.linkage.forms import LinkPublic, OptionRow, PersonLink
from app.linkage.service import Linked
from app.surveys import told

router = APIRouter(tags=["linkage"])

PATH = "/programmes/{programme_id}/linkage"


class Wanted:
    """Which answers, beside which measure, of whom."""

    def __init__(
        self,
        column: Annotated[
            str, Query(max_length=80, description="A question's id; `after~before`: the change.")
        ],
        measure: Annotated[
            str,
            Query(
                max_length=90,
                description="`talk_share`, `turns`, `turns_per_minute`, or `axis/code`.",
            ),
        ] = "talk_share",
        version_id: Annotated[
            UUID | None, Query(description="Of the codebook, for `axis/code`.")
        ] = None,
        group_id: UUID | None = None,
        hide: bool = False,
    ) -> None:
        self.column, self.measure, self.hide = column, measure, hide
        self.version_id, self.group_id = version_id, service.of_whom(group_id, hide=hide)


Asked = Annotated[Wanted, Depends()]


async def _linked(
    programme_id: UUID,
    asked: Asked,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
) -> Linked:
    """Told to the log before it is shown."""
    column = await service.find(db, actor, programme_id, asked.column)
    own = (asked.measure, asked.version_id, asked.group_id)
    found = await service.link(context.database, db, actor, programme_id, column, *own)
    await told.read(context.database, db, actor, programme_id, column.survey_ids)
    return found


Found = Annotated[Linked, Depends(_linked)]


def _for_the_team(asked: Asked) -> None:
    if asked.hide:
        raise NotForOthers(field="hide")


@router.get(PATH)
async def linkage(programme_id: UUID, linked: Found, asked: Asked) -> LinkPublic:
    return await asyncio.to_thread(rows.about, programme_id, linked, hide=asked.hide)


@router.get(PATH + "/{table}.csv", response_class=Response)
async def linkage_table(
    programme_id: UUID,
    table: Literal["people", "options"],
    linked: Found,
    asked: Asked,
    out: ToBeOut,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    """A line for each person, or for each choice."""
    found = await asyncio.to_thread(rows.about, programme_id, linked, hide=asked.hide)
    if table == "people":
        body = csv_file(list(PersonLink.model_fields), found.people, decimal)
    else:
        body = csv_file(list(OptionRow.model_fields), found.options, decimal)
    return await out.table(body, f"linkage-{table}", linked.counted)


@router.get(PATH + "/scatter.svg", response_class=Response, dependencies=[Depends(_for_the_team)])
async def linkage_chart(
    linked: Found,
    actor: CurrentActor,
    context: Ctx,
    out: ToBeOut,
    language: Annotated[Literal["fi", "sv", "en"] | None, Query()] = None,
) -> Response:
    """For the research team alone: a dot is a person."""
    spoken = language or actor.language

    def t(key: str, **values: object) -> str:
        return context.languages.text(key, spoken, **values)

    picture = charts.scatter(linked, t, spoken)
    return await out.picture(picture, "linkage-scatter", linked.counted)
