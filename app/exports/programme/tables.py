"""The tables of a programme's export as files: all as CSV, those of turns and codings as Parquet
too."""

from io import BytesIO

import polars as pl

from app.exports.programme.material import WHERE, Material
from app.kit.csv_file import SEPARATORS, Decimal, csv_cell, csv_line
from app.kit.spreadsheets import BYTE_ORDER_MARK
from app.sampling import service as sampling
from app.sampling.models import Sample
from app.turns.rules import on_one_line, printed

RECORDINGS = {
    "recording_id": pl.String(),
    **WHERE,
    "recording_ms": pl.Int64(),
    "turns": pl.Int64(),
    "rules": pl.String(),
    "sample": pl.String(),
}

AT_ONCE = 20_000
"""Rows that are made text together. Lower: a text of many rows is looked at more often. Higher:
more memory."""


def both(stem: str, table: pl.DataFrame) -> list[tuple[str, bytes]]:
    target = BytesIO()
    table.write_parquet(target, compression="zstd")
    return [(f"{stem}.csv", csv(table)), (f"{stem}.parquet", target.getvalue())]


def csv(table: pl.DataFrame) -> bytes:
    """What `csv_text` makes of it; each text of a column is looked at once, however many rows have
    it. What is yes or no is 1 or 0."""
    numbers = table.with_columns(pl.col(pl.Boolean).cast(pl.Int8))
    head = (BYTE_ORDER_MARK + csv_line(table.columns)).encode()
    return b"".join([head, *map(_lines, numbers.iter_slices(AT_ONCE))])


def _lines(rows: pl.DataFrame) -> bytes:
    cells = [_cells(column) for column in rows.get_columns()]
    lines = pl.select(pl.concat_str(cells, separator=SEPARATORS[Decimal.COMMA])).to_series()
    return "".join(f"{line}\r\n" for line in lines).encode()


def _cells(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        texts = column.drop_nulls().unique()
        column = column.replace_strict(
            texts, [csv_cell(text) for text in texts], return_dtype=pl.String, default=None
        )
    return column.cast(pl.String).fill_null("")


def recordings(found: Material, turns: pl.DataFrame, sample: Sample | None) -> pl.DataFrame:
    """A row for each recording, whether or not a turn of it may be told: how long it is, by which
    rules its turns were made, and what the sample says of it."""
    counts = dict(turns.group_by("recording").len().iter_rows())
    used: dict[int, set[int]] = {}
    for place, nth in turns.select("recording", "index").unique().iter_rows():
        used.setdefault(place, set()).add(nth)
    rows = [
        (
            str(each.recording.id),
            *found.where(each),
            each.recording.duration_ms,
            counts.get(place, 0),
            on_one_line(sorted(printed(each.indexes[nth]) for nth in used.get(place, ()))),
            sampling.standing(sample, each.recording.id) if sample else "",
        )
        for place, each in enumerate(found.recordings)
    ]
    return pl.DataFrame(rows, schema=RECORDINGS, orient="row")
