"""Codes as they were coded, and as the ones at the top."""

from app.codebooks.document import Axis, Code
from app.codebooks.levels import Level, told
from tests.fixtures.codebooks import nested


def test_as_coded_each_code_counts_for_itself() -> None:
    codes, place = told(nested(), Level.CODES)
    assert [code.label for code in codes] == ["strain", "workload", "hours", "team", "other"]
    assert list(place.values()) == [0, 1, 2, 3, 4]


def test_main_codes_are_the_ones_at_the_top() -> None:
    """Also one that can't be coded with, where something below it can; and of grandchildren."""
    axis = nested()
    codes, place = told(axis, Level.MAIN)
    assert [code.label for code in codes] == ["strain", "people", "other"]
    labels = {code.id: code.label for code in axis.codes}
    assert {labels[id_]: codes[at].label for id_, at in place.items()} == {
        "strain": "strain", "workload": "strain", "hours": "strain",
        "team": "people", "other": "other",
    }  # fmt: skip


def test_where_nothing_is_nested_both_are_the_same() -> None:
    axis = Axis(codes=[Code(label="one"), Code(label="two")])
    assert told(axis, Level.MAIN) == told(axis, Level.CODES)
