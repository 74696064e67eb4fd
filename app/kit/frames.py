"""Many rows as columns, for what is counted and never changed.

An object of the mapper for each row of a study costs twenty times what reading the row does, most
of it for ids that are only compared. So ids come as their 32 hexadecimal digits (`key`), and
columns are polars', which joins and sorts a hundred thousand rows in milliseconds. Not SQL to the
end: who may be studied is a fold over the ledger, decided in Python; and not a list of rows,
because every step over it would be Python's again.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import String, cast, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

DIGITS = 32
"""Of an id."""


def key(id_: UUID | str) -> str:
    """As ids stand in a frame."""
    return id_.hex if isinstance(id_, UUID) else id_.replace("-", "")


async def frame(
    db: AsyncSession,
    ids: Mapping[str, Any],
    numbers: Mapping[str, Any],
    where: Sequence[Any],
    order: Sequence[Any] = (),
) -> pl.DataFrame:
    """The rows that fulfil all of `where` as columns of text and of integers, by name.

    Of the ids the last may be missing (NULL); it is then an empty text. What was changed in this
    transaction is seen once it is flushed.
    """
    # One text a row: what a database driver takes its time for is each value by itself.
    text = func.coalesce(_text(list(ids.values())[-1]), "")
    for column in reversed(list(ids.values())[:-1]):
        text = _text(column) + text
    query = select(text, *numbers.values()).where(*where).order_by(*order)
    connection = await db.connection()
    rows = (await connection.execute(query)).all()
    whole = pl.Series("ids", [row[0] for row in rows], dtype=pl.String)
    if connection.dialect.name != "sqlite":  # which keeps no dashes
        whole = whole.str.replace_all("-", "", literal=True)
    cut = [whole.str.slice(DIGITS * n, DIGITS).alias(name) for n, name in enumerate(ids)]
    others = [
        pl.Series(name, [row[n] for row in rows], dtype=pl.Int64)
        for n, name in enumerate(numbers, start=1)
    ]
    return pl.DataFrame([*cut, *others])


def _text(column: Any) -> Any:
    return cast(column, String)
