"""On which of a programme's recordings its figures rest, and how tables and captions tell it."""

from collections.abc import Callable, Collection
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.sampling import service
from app.sampling.models import Sample


class Basis(StrEnum):
    SAMPLE = "sample"
    """The sample in force; everything where none was decided."""
    ALL = "all"


async def sample_of(db: AsyncSession, programme_id: UUID, basis: Basis) -> Sample | None:
    """None: everything."""
    return await service.in_force(db, programme_id) if basis == Basis.SAMPLE else None


def recordings(sample: Sample | None) -> Collection[UUID] | None:
    """None: all of them."""
    return None if sample is None else {UUID(each) for each in sample.chosen}


def in_table(sample: Sample | None) -> str:
    """On one line and in no language; empty: of everything."""
    if sample is None:
        return ""
    counts = f"chosen={len(sample.chosen)} population={len(sample.population)}"
    seed = "" if sample.seed is None else f"seed={sample.seed} "
    return f"method={sample.method} {seed}{counts} decided={sample.drawn_at:%Y-%m-%dT%H:%M:%SZ}"


def caption(sample: Sample, t: Callable[..., str]) -> str:
    return t(
        "sampling.caption",
        what=t(f"sampling.what_{sample.method}", seed=sample.seed, **sample.parameters),
        chosen=len(sample.chosen),
        population=len(sample.population),
        date=f"{sample.drawn_at:%Y-%m-%d}",
    )
