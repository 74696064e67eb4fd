"""Many rows as columns, for what is counted and never changed.

An object of the mapper for each row of a study costs twenty times what reading the row does, most
of it for ids that are only compared. So ids come as their 32 hexadecimal digits (`key`), and
columns are polars', which joins and sorts a hundred thousand rows in milliseconds. Not SQL to the
end: who may be studied is a fold over the ledger, decided in Python; and not a list of rows,
because every step over it would be Python's again.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import BigInteger, String, cast, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel.ext.asyncio.session import AsyncSession

CELL, ROW = ",", "\n"
"""What stands between them, and in no id and no number."""


class EpochSeconds(FunctionElement[int]):
    """Of a moment, whole seconds since 1970, cut off as Python cuts them. `extract` would not do:
    SQLite rounds to milliseconds first, and PostgreSQL to the nearest second."""

    type = BigInteger()
    inherit_cache = True


@compiles(EpochSeconds, "sqlite")
def _in_sqlite(element: EpochSeconds, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(strftime('%s', substr({moment}, 1, 19)) AS BIGINT)"


@compiles(EpochSeconds, "postgresql")
def _in_postgresql(element: EpochSeconds, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(floor(extract(epoch FROM {moment})) AS BIGINT)"


def key(id_: UUID | str) -> str:
    """As ids stand in a frame."""
    return id_.hex if isinstance(id_, UUID) else id_.replace("-", "")


async def frame(
    db: AsyncSession,
    ids: Mapping[str, Any],
    numbers: Mapping[str, Any],
    where: Sequence[Any],
) -> pl.DataFrame:
    """The rows that fulfil all of `where`, in any order, as columns of text and of integers; what
    is NULL is null.

    What was changed in this transaction is seen once it is flushed. SQLite and PostgreSQL hold a
    text of 1 GB: six million rows of five ids.
    """
    # One text of all rows: what a driver takes its time for is each row, and each value of it.
    first, *others = (_text(column) for column in (*ids.values(), *numbers.values()))
    text = reduce(lambda row, cell: row + CELL + cell, others, first)
    every = select(func.aggregate_strings(text, ROW)).where(*where)
    connection = await db.connection()
    found = (await connection.execute(every)).scalar()
    schema = dict.fromkeys(ids, pl.String()) | dict.fromkeys(numbers, pl.Int64())
    if found is None:
        return pl.DataFrame(schema=schema)
    columns = pl.read_csv(
        found.encode(),
        has_header=False,
        schema=schema,
        separator=CELL,
        eol_char=ROW,
        quote_char=None,
    )
    if connection.dialect.name == "sqlite":  # which keeps no dashes
        return columns
    return columns.with_columns(pl.col(*ids).str.replace_all("-", "", literal=True))


def _text(column: Any) -> Any:
    return func.coalesce(cast(column, String), "")
