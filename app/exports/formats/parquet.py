"""The turns as a tidy Parquet table: one row for each turn, the columns of the CSV, with types, and
after them those of codes."""

from io import BytesIO

import polars as pl

from app.exports.turnlist import TurnList
from app.turns.table import COLUMNS

SCHEMA = {
    "meeting": pl.String(),
    "ordinal": pl.Int32(),
    "pseudonym": pl.String(),
    "role": pl.String(),
    "start_ms": pl.Int32(),
    "end_ms": pl.Int32(),
    "duration_ms": pl.Int32(),
    "is_backchannel": pl.Boolean(),
    "state": pl.String(),
}
assert tuple(SCHEMA) == COLUMNS


def parquet(turns: TurnList) -> bytes:
    """Nothing is lost of what the CSV holds. Compressed by zstd, which every reader knows."""
    roles = {speaker.pseudonym: speaker.role for speaker in turns.speakers}
    rows = [
        (
            turns.meeting_id,
            turns.ordinal,
            turn.pseudonym,
            roles[turn.pseudonym],
            turn.start_ms,
            turn.end_ms,
            turn.end_ms - turn.start_ms,
            turn.is_backchannel,
            turn.state,
            *(turn.codes.get(column, "") for column in turns.columns),
        )
        for turn in turns.turns
    ]
    target = BytesIO()
    schema = SCHEMA | dict.fromkeys(turns.columns, pl.String())
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(target, compression="zstd")
    return target.getvalue()
