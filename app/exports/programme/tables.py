"""The tables of a programme's export as files: all as CSV, those of turns and codings as Parquet
too."""

from io import BytesIO

import polars as pl

from app.exports.programme.material import WHERE, Material
from app.kit.csv_file import csv_text
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


def both(stem: str, table: pl.DataFrame) -> list[tuple[str, bytes]]:
    target = BytesIO()
    table.write_parquet(target, compression="zstd")
    return [(f"{stem}.csv", csv(table)), (f"{stem}.parquet", target.getvalue())]


def csv(table: pl.DataFrame) -> bytes:
    """What is yes or no is 1 or 0."""
    numbers = table.with_columns(pl.col(pl.Boolean).cast(pl.Int8))
    return csv_text(table.columns, numbers.iter_rows()).encode()


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
