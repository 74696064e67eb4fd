"""Whose row is whose: found by pseudonym, told apart by group, named where it is in doubt."""

from uuid import UUID

import pytest

from app.surveys.files import read
from app.surveys.people import Found, Person, find
from tests.fixtures.answered import Rows, text_of

OULU, TURKU = UUID(int=1), UUID(int=2)
PEOPLE = [
    Person(OULU, "Oulu", UUID(int=11), "J1"),
    Person(OULU, "Oulu", UUID(int=12), "J2"),
    Person(TURKU, "Turku", UUID(int=21), "J1"),
    Person(TURKU, "Turku", UUID(int=22), "J3"),
]


def found(rows: Rows, named: int | None = None, people: list[Person] = PEOPLE) -> Found:
    answer = find(read(text_of(rows)), people, named)
    assert answer is not None
    return answer


def whose(rows: Rows) -> dict[int, str]:
    return {n: f"{who.group} {who.pseudonym}" for n, who in found(rows).rows.items()}


def test_what_is_unique_in_the_programme_needs_no_group() -> None:
    assert whose([["A", "id"], [5, "j2"], [3, " J 3 "]]) == {2: "Oulu J2", 3: "Turku J3"}


def test_a_column_of_groups_tells_apart(subtests: pytest.Subtests) -> None:
    for name in ("Turku", "turku", " TURKU"):
        with subtests.test(name):
            assert whose([["Ryhmä", "id", "A"], [name, "J1", 1]]) == {2: "Turku J1"}


def test_so_does_the_way_pages_write_people() -> None:
    rows = [["id", "A"], ["Oulu: J1", 1], ["Turku: J1", 2]]
    assert whose(rows) == {2: "Oulu J1", 3: "Turku J1"}


def test_every_row_in_doubt_is_named() -> None:
    answer = found([["id", "A"], ["J1", 1], ["J9", 2], ["J2", 3], ["", 4], ["J2", 5], ["J2", 6]])
    assert (answer.ambiguous, answer.unknown, answer.twice) == ([2], [3, 5], [4, 6, 7])


def test_somebody_of_another_group_is_unknown_there() -> None:
    answer = found([["ryhmä", "id", "A"], ["Turku", "J2", 1]])
    assert (answer.group_column, answer.unknown, answer.rows) == (0, [2], {})


def test_the_column_with_most_pseudonyms_is_taken_or_the_one_that_was_named() -> None:
    rows = [["x", "y", "A"], ["J2", "J3", 1], ["J3", "z", 2]]
    assert found(rows).pseudonym_column == 0
    assert found(rows, named=1).pseudonym_column == 1


def test_a_column_that_is_called_so_is_taken_though_nothing_in_it_is_known() -> None:
    rows = [["A", "Tunnus"], [1, "J77"], [2, "J78"]]
    assert (found(rows).pseudonym_column, found(rows).unknown) == (1, [2, 3])


def test_without_any_there_is_none() -> None:
    assert find(read(text_of([["A", "B"], [1, 2]])), PEOPLE, None) is None
