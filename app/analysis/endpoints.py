"""Group dynamics: of a meeting that is over, and of a group's series. For the research team alone.

Nothing is answered during a meeting, to members, to facilitators or to employers.
"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.accounts.http import CurrentActor
from app.analysis import charts, kept, lines, programme, rows, service
from app.analysis.drawing import Text
from app.analysis.forms import (
    BetweenRow,
    GroupAnalysis,
    GroupRow,
    MeetingAnalysis,
    OrderRow,
    ProgrammeAnalysis,
    SpreadRow,
)
from app.analysis.service import Measured
from app.audit.figures import witnessed
from app.exports.figures import Outgoing, ToBeOut
from app.kit.context import Context
from app.kit.csv_file import Decimal, csv_file
from app.kit.http import Ctx, Db, Public
from app.sampling import basis
from app.sampling.basis import Basis

router = APIRouter(tags=["analysis"], dependencies=[Depends(witnessed("analysis"))])

TableName = Literal["coverage", "people", "figures", "transitions", "balance", "passages"]
MeetingChart = Literal[
    "timeline",
    "shares",
    "shares_without",
    "network",
    "network_without",
    "heat",
    "heat_without",
    "balance",
]
ORDERED = ("figures", "transitions", "passages", "heat", "heat_without")
"""Tables and charts of a meeting that hold order or timing by chance."""
GroupChart = Literal["series_balance", "series_facilitator", "series_floor", "series_floor_without"]
ProgrammeChart = Literal[
    "programme_balance", "programme_facilitator", "programme_floor", "programme_floor_without"
]
Language = Annotated[Literal["fi", "sv", "en"] | None, Query()]
Separator = Annotated[Decimal, Query()]
Recordings = Annotated[Basis, Query()]


@router.get("/meetings/{meeting_id}/analysis")
async def analyse_meeting(meeting_id: UUID, db: Db, actor: CurrentActor) -> MeetingAnalysis:
    return rows.about(await service.of_meeting(db, actor, meeting_id))


@router.get("/meetings/{meeting_id}/analysis/{table}.csv", response_class=Response)
async def meeting_table(
    meeting_id: UUID,
    table: TableName,
    db: Db,
    actor: CurrentActor,
    out: ToBeOut,
    decimal: Separator = Decimal.POINT,
) -> Response:
    measured = await service.of_meeting(db, actor, meeting_id, orders=table in ORDERED)
    name = f"{table}-{measured.studied.meeting.ordinal}"
    return await _table(table, [measured], decimal, name, out)


@router.get("/meetings/{meeting_id}/analysis/{chart}.svg", response_class=Response)
async def meeting_chart(
    meeting_id: UUID,
    chart: MeetingChart,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    out: ToBeOut,
    language: Language = None,
) -> Response:
    measured = await service.of_meeting(db, actor, meeting_id, orders=chart in ORDERED)
    t = _texts(context, language or actor.language)
    name = f"{chart}-{measured.studied.meeting.ordinal}"
    picture = charts.OF_MEETING[chart](measured, t)
    return await out.picture(picture, name, service.counted([measured]))


@router.get("/groups/{group_id}/analysis")
async def analyse_group(group_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> GroupAnalysis:
    group, series = await service.of_group(db, actor, group_id)
    drawings = await kept.of(context.database, db, series)
    return GroupAnalysis(
        group_id=group.id,
        drawn=len(drawings),
        spread=rows.spread(series, drawings),
        meetings=[rows.about(each) for each in series],
    )


@router.get("/groups/{group_id}/analysis/{table}.csv", response_class=Response)
async def group_table(
    group_id: UUID,
    table: TableName | Literal["spread"],
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    out: ToBeOut,
    decimal: Separator = Decimal.POINT,
) -> Response:
    _, series = await service.of_group(db, actor, group_id)
    if table == "spread":
        drawings = await kept.of(context.database, db, series)
        body = csv_file(list(SpreadRow.model_fields), rows.spread(series, drawings), decimal)
        return await out.table(body, "group-spread", service.counted(series))
    return await _table(table, series, decimal, f"group-{table}", out)


@router.get("/groups/{group_id}/analysis/{chart}.svg", response_class=Response)
async def group_chart(
    group_id: UUID,
    chart: GroupChart,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    out: ToBeOut,
    language: Language = None,
) -> Response:
    _, series = await service.of_group(db, actor, group_id)
    if not series:
        raise service.NoTurns
    t = _texts(context, language or actor.language)
    picture = lines.OF_GROUP[chart](series, t)
    return await out.picture(picture, f"group-{chart}", service.counted(series))


@router.get("/programmes/{programme_id}/analysis")
async def analyse_programme(
    programme_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    recordings: Recordings = Basis.SAMPLE,
) -> ProgrammeAnalysis:
    """Over its groups: by meeting order, and how far groups differ. Of the sample in force, where
    one was decided, or of all recordings."""
    sample = await basis.sample_of(db, programme_id, recordings)
    _, series = await service.of_programme(db, actor, programme_id, basis.recordings(sample))
    drawings = await kept.of(context.database, db, (each for _, own in series for each in own))
    return programme.about(programme_id, series, drawings, basis.in_table(sample))


@router.get("/programmes/{programme_id}/analysis/{table}.csv", response_class=Response)
async def programme_table(
    programme_id: UUID,
    table: Literal["by_order", "between", "by_group"],
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    out: ToBeOut,
    decimal: Separator = Decimal.POINT,
    recordings: Recordings = Basis.SAMPLE,
) -> Response:
    sample = await basis.sample_of(db, programme_id, recordings)
    _, series = await service.of_programme(db, actor, programme_id, basis.recordings(sample))
    measured = [each for _, own in series for each in own]
    drawings = await kept.of(context.database, db, measured)
    found = programme.about(programme_id, series, drawings, basis.in_table(sample))
    kinds: dict[str, type[Public]] = {
        "by_order": OrderRow,
        "between": BetweenRow,
        "by_group": GroupRow,
    }
    body = csv_file(list(kinds[table].model_fields), getattr(found, table), decimal)
    return await out.table(body, f"programme-{table}", service.counted(measured))


@router.get("/programmes/{programme_id}/analysis/{chart}.svg", response_class=Response)
async def programme_chart(
    programme_id: UUID,
    chart: ProgrammeChart,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    out: ToBeOut,
    language: Language = None,
    recordings: Recordings = Basis.SAMPLE,
) -> Response:
    sample = await basis.sample_of(db, programme_id, recordings)
    _, groups = await service.of_programme(db, actor, programme_id, basis.recordings(sample))
    if not groups:
        raise service.NoTurns
    t, series = _texts(context, language or actor.language), [measured for _, measured in groups]
    named = [basis.caption(sample, t)] if sample else []
    made_by = [*programme.rules(series), *named]
    order = programme.by_order(programme.values(series), programme.rules(series))
    picture = programme.chart(chart, order, made_by, t)
    return await out.picture(picture, chart, service.counted(e for own in series for e in own))


def _texts(context: Context, language: str) -> Text:
    def t(key: str, **values: object) -> str:
        return context.languages.text(key, language, **values)

    return t


async def _table(
    name: TableName, series: list[Measured], decimal: Decimal, file: str, out: Outgoing
) -> Response:
    kind, of = rows.TABLES[name]
    found = [row for measured in series for row in of(measured)]
    body = csv_file(list(kind.model_fields), found, decimal)
    return await out.table(body, file, service.counted(series))
