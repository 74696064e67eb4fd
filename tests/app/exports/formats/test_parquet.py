"""Parquet, read again by polars: the same rows and columns as the CSV, with types."""

from io import BytesIO

import polars as pl
from hypothesis import given

from app.exports.formats.parquet import SCHEMA, parquet
from app.exports.formats.rows import COLUMNS
from app.exports.turnlist import TurnList
from tests.fixtures.turnlists import turnlists


@given(turnlists())
def test_every_turn_is_a_row(turns: TurnList) -> None:
    found = pl.read_parquet(BytesIO(parquet(turns)))
    roles = {speaker.pseudonym: speaker.role for speaker in turns.speakers}

    assert tuple(found.columns) == COLUMNS
    assert dict(found.schema) == SCHEMA
    assert found.rows() == [
        (
            turns.meeting_id,
            turns.ordinal,
            str(t.id),
            t.pseudonym,
            roles[t.pseudonym],
            t.start_ms,
            t.end_ms,
            t.end_ms - t.start_ms,
            t.is_backchannel,
            t.state,
            t.words,
            t.may_quote,
        )
        for t in turns.turns
    ]
