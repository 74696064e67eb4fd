"""Which recordings are indexed: decided, listed, and as a table for the report."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.http import CurrentActor
from app.kit.csv_file import Decimal, csv_file
from app.kit.http import Db, Page, Paging, download
from app.kit.idempotency import Idempotent
from app.kit.paging import page
from app.sampling import service
from app.sampling.forms import SampleCreate, SampledRow, SamplePublic
from app.sampling.models import Sample

router = APIRouter(tags=["sampling"])


@router.get("/programmes/{programme_id}/samples")
async def samples(
    programme_id: UUID, db: Db, actor: CurrentActor, window: Paging
) -> Page[SamplePublic]:
    """Every decision, the last one in force."""
    query = await service.samples(db, actor, programme_id)
    return await page(db, query, Sample.id, window, SamplePublic)


@router.post("/programmes/{programme_id}/samples", status_code=201)
async def draw_sample(
    programme_id: UUID, form: SampleCreate, db: Db, actor: CurrentActor, once: Idempotent
) -> SamplePublic:
    make = lambda: service.draw(db, actor, programme_id, form)  # noqa: E731
    return await once(db, actor.user_id, SamplePublic, make)


@router.get("/samples/{sample_id}", response_model=SamplePublic)
async def sample(sample_id: UUID, db: Db, actor: CurrentActor) -> Sample:
    return await service.get(db, actor, sample_id)


@router.get("/samples/{sample_id}/recordings.csv", response_class=Response)
async def sample_table(
    sample_id: UUID,
    db: Db,
    actor: CurrentActor,
    decimal: Annotated[Decimal, Query()] = Decimal.POINT,
) -> Response:
    """Every recording that could be chosen, with its rank under the seed."""
    found = await service.get(db, actor, sample_id)
    body = csv_file(list(SampledRow.model_fields), await service.rows(db, found), decimal)
    return download(body, "sample.csv", "text/csv; charset=utf-8")
