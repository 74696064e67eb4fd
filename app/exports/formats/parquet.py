"""Turns, and codings, as tidy Parquet tables: the rows and columns of the CSV, with types."""

from collections.abc import Iterable, Mapping
from io import BytesIO

import polars as pl

from app.exports.formats import codings
from app.exports.formats.rows import COLUMNS, rows
from app.exports.turnlist import TurnList

WHERE = {
    **dict.fromkeys(("group_id", "group", "meeting", "kind"), pl.String()),
    "ordinal": pl.Int32(),
    "month": pl.String(),
    "turn": pl.String(),
}
SCHEMA = WHERE | {
    "pseudonym": pl.String(),
    "role": pl.String(),
    "start_ms": pl.Int32(),
    "end_ms": pl.Int32(),
    "duration_ms": pl.Int32(),
    "is_backchannel": pl.Boolean(),
    "talk": pl.String(),
    "state": pl.String(),
    "words": pl.String(),
    "may_quote": pl.Boolean(),
}
CODINGS = WHERE | {
    "pseudonym": pl.String(),
    "start_ms": pl.Int32(),
    "end_ms": pl.Int32(),
    "coder": pl.String(),
    "axis": pl.String(),
    "code": pl.String(),
    "main_code": pl.String(),
    "path": pl.String(),
    "is_primary": pl.Boolean(),
    "confidence": pl.Int8(),
    "memo": pl.String(),
    "decided_at": pl.String(),
}
assert tuple(SCHEMA) == COLUMNS
assert tuple(CODINGS) == codings.COLUMNS


def parquet(turns: TurnList) -> bytes:
    return _written(rows(turns), SCHEMA | dict.fromkeys(turns.columns, pl.String()))


def codings_parquet(turns: TurnList) -> bytes:
    return _written(codings.rows(turns), CODINGS)


def _written(
    lines: Iterable[tuple[object, ...]], schema: Mapping[str, pl.DataType | type[pl.DataType]]
) -> bytes:
    """Compressed by zstd, which every reader knows."""
    target = BytesIO()
    found = pl.DataFrame(list(lines), schema=dict(schema), orient="row")
    found.write_parquet(target, compression="zstd")
    return target.getvalue()
