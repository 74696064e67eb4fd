"""What agreement leaves out of what finished coders said: turns that wait for their codes again,
and codes that were not given blind.
"""

from collections.abc import Sequence
from uuid import UUID

import polars as pl
from sqlalchemy import case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding.models import CodingAssignment
from app.codebooks.document import CodebookDocument
from app.coding import seeing, standing
from app.coding.models import Coding
from app.kit.frames import frame, key

LATE = {"assignment": pl.String, "turn": pl.String}


async def without_lacking(
    db: AsyncSession,
    asked: pl.DataFrame,
    done: Sequence[CodingAssignment],
    document: CodebookDocument,
) -> tuple[pl.DataFrame, int]:
    """`asked` without what is to be coded again, and how many turns that concerns."""
    reopened = [one.id for one in done if one.is_reopened]
    if not reopened:
        return asked, 0
    where = [
        col(Coding.assignment_id).in_(reopened),
        col(Coding.ended_at).is_(None),
        col(Coding.is_primary),
    ]
    if document.required:
        where.append(col(Coding.axis_id).in_(document.required))
    ids = {"assignment": Coding.assignment_id, "turn": Coding.turn_id}
    cells = (await frame(db, ids, {}, where)).group_by("assignment", "turn").len()
    whole = cells.filter(pl.col("len") >= len(document.required))
    of_these = pl.col("assignment").is_in([key(each) for each in reopened])
    left = asked.filter(of_these).join(whole, on=["assignment", "turn"], how="anti")
    kept = asked.join(left, on=["assignment", "turn"], how="anti", maintain_order="left")
    return kept, left["unit"].n_unique()


async def not_blind(
    db: AsyncSession, codebook_id: UUID, done: Sequence[CodingAssignment]
) -> pl.DataFrame:
    """What was not coded blind, as `assignment` and `turn`: turns about which a coder decided
    something after having first finished and, by the audit log, seen what others coded."""
    coders, recordings = {one.coder_id for one in done}, {one.recording_id for one in done}
    sights = await seeing.seen(db, codebook_id, recordings, coders)
    since = {
        one.id: sight.since
        for one in done
        if (sight := sights.get(one.coder_id, {}).get(one.recording_id)) is not None
    }
    if not since:
        return pl.DataFrame(schema=LATE)
    last = case(
        (col(Coding.ended_by_mapping).is_(None), func.coalesce(Coding.ended_at, Coding.decided_at)),
        else_=Coding.decided_at,
    )
    query = select(Coding.assignment_id, Coding.turn_id, last).where(
        col(Coding.assignment_id).in_(since),
        Coding.assignment_id == CodingAssignment.id,
        standing.decided_since_finished(),
    )
    decided = (await db.exec(query)).all()
    late = {(key(one), key(turn)) for one, turn, at in decided if since[one] <= at}
    return pl.DataFrame(list(late), schema=LATE, orient="row")
