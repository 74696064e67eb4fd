"""A table is written column by column as it would be cell by cell."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from app.exports.programme.tables import csv
from app.kit.csv_file import csv_text
from tests.fixtures.turnlists import HOSTILE

CELLS = st.lists(
    st.tuples(
        st.none() | HOSTILE | st.sampled_from(["=1+1", "-1", "a;b", "a,=b", '"x"']),
        st.none() | st.integers(-(2**31), 2**31 - 1),
        st.none() | st.booleans(),
    ),
    max_size=8,
)
SCHEMA = {"text": pl.String(), "number": pl.Int64(), "truth": pl.Boolean()}


@given(CELLS)
def test_it_is_what_is_written_line_by_line(rows: list[tuple[str, int, bool]]) -> None:
    plain = [[text, number, None if yes is None else int(yes)] for text, number, yes in rows]
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    assert csv(table).decode() == csv_text(SCHEMA, plain)
