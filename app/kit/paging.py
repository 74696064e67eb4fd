"""Lists by cursor: ids are in order of creation, so the last id seen is the place to go on."""

from typing import Any, TypeVar

from pydantic import BaseModel
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.kit.http import Page, Window, cursor_of

P = TypeVar("P", bound=BaseModel)


async def page(
    db: AsyncSession, query: SelectOfScalar[Any], id_column: Any, window: Window, public: type[P]
) -> Page[P]:
    """One page of `query`, which must have no order of its own, oldest first, as `public`."""
    if window.after is not None:
        query = query.where(col(id_column) > window.after)
    rows = list((await db.exec(query.order_by(id_column).limit(window.limit + 1))).all())
    more = len(rows) > window.limit
    rows = rows[: window.limit]
    return Page(
        items=[public.model_validate(row) for row in rows],
        next_cursor=cursor_of(rows[-1].id) if more else None,
    )
