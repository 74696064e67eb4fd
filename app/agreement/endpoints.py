"""Agreement between coders. For the research team alone; coders are numbers."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

import polars as pl
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from app.accounts.http import CurrentActor
from app.agreement import material, rows, service
from app.agreement.forms import AgreementPublic, CoefficientRow, ConfusionRow
from app.audit.figures import witnessed
from app.exports.figures import ToBeOut
from app.kit.csv_file import Decimal, csv_file
from app.kit.http import Ctx, Db

router = APIRouter(tags=["agreement"], dependencies=[Depends(witnessed("agreement"))])


@router.get("/codebook-versions/{version_id}/agreement")
async def agreement(version_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> AgreementPublic:
    """Of what coders said before anything was adjudicated. Who asks has read codes of what is in
    it, and is no longer assigned to code it."""
    return rows.about(await service.of_version(context.database, db, actor, version_id))


@router.get("/codebook-versions/{version_id}/agreement/{table}.csv", response_class=Response)
async def agreement_table(
    version_id: UUID,
    table: Literal["coefficients", "confusions"],
    db: Db,
    actor: CurrentActor,
    out: ToBeOut,
    context: Ctx,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    report = await service.of_version(context.database, db, actor, version_id)
    kind: type[BaseModel] = CoefficientRow if table == "coefficients" else ConfusionRow
    found: Sequence[BaseModel] = (
        rows.coefficients(report) if table == "coefficients" else rows.confusions(report)
    )
    body = csv_file(list(kind.model_fields), found, decimal)
    keys = [each.turn_key for each in report.moments]
    compared = report.material.turns.filter(pl.col("turn").is_in(keys))
    return await out.table(body, f"agreement-{table}", material.counted(report.material, compared))
