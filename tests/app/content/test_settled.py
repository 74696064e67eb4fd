"""Every turn once: what was decided, else what the first coder said."""

import polars as pl

from app.content.settled import settled

Rows = list[tuple[int, list[str | None]]]


def asked(*coders: range) -> pl.DataFrame:
    """Which units each was to code, in the order of assignment."""
    rows = [(unit, place) for place, units in enumerate(coders) for unit in units]
    return pl.DataFrame(rows, schema={"unit": pl.UInt32, "place": pl.Int32}, orient="row")


def said(*coders: dict[int, list[str]]) -> pl.DataFrame:
    rows = [
        (unit, place, code)
        for place, cells in enumerate(coders)
        for unit, codes in cells.items()
        for code in codes
    ]
    schema = {"unit": pl.UInt32, "place": pl.Int32, "code": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def decided(cells: dict[int, list[str | None]]) -> pl.DataFrame:
    rows = [(unit, code) for unit, codes in cells.items() for code in codes]
    return pl.DataFrame(rows, schema={"unit": pl.UInt32, "code": pl.String}, orient="row")


def told(found: pl.DataFrame) -> Rows:
    return list(found.group_by("unit", maintain_order=True).agg("code").iter_rows())


def test_the_first_coder_counts_and_the_second_where_the_first_had_nothing_to_code() -> None:
    both = said({0: ["a"], 1: ["a", "c"]}, {0: ["b"], 1: ["b"], 2: ["b"]})
    found = settled(asked(range(2), range(3)), both, decided({}))
    assert told(found) == [(0, ["a"]), (1, ["a", "c"]), (2, ["b"])]


def test_what_was_decided_counts_before_both() -> None:
    own = decided({0: ["b", "a"], 1: [None]})
    found = settled(asked(range(2)), said({0: ["a"], 1: ["a"]}), own)
    assert told(found) == [(0, ["b", "a"]), (1, [None])]


def test_a_turn_without_a_code_is_there_without() -> None:
    found = settled(asked(range(2), range(2)), said({}, {0: ["b"]}), decided({}))
    assert told(found) == [(0, [None]), (1, [None])]


def test_what_nobody_was_to_code_counts_for_nothing() -> None:
    found = settled(asked(range(1)), said({0: ["a"]}), decided({5: ["b"]}))
    assert told(found) == [(0, ["a"])]
