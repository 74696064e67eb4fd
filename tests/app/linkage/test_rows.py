"""What is told of answers to others than the research team, and an attacker of what is hidden.

The attacker has every table that may be asked for, knows how many were linked in each group, and
that each answer that is listed was given; and solves for each hidden one how few and how many
people can have given it.
"""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from app.content.suppression import FEWEST
from app.kit.ids import new_id
from app.linkage import rows
from app.linkage.forms import LinkPublic
from app.linkage.measures import Measure
from app.linkage.pairs import Pair
from app.linkage.service import Asked, Column, Linked, OnlyAllGroups, of_whom
from app.surveys.models import AnswerKind, Survey, SurveyMoment, SurveyQuestion

Table = Sequence[Sequence[int]]
"""Groups × answers: how many people."""


def linked(table: Table) -> Linked:
    survey = Survey(
        programme_id=new_id(), name="S", moment=SurveyMoment.AFTER, imported_by=new_id()
    )
    question = SurveyQuestion(survey_id=survey.id, place=0, label="Q", kind=AnswerKind.CHOICE)
    said = [
        (group, answer)
        for group, row in enumerate(table)
        for answer, people in enumerate(row)
        for _ in range(people)
    ]
    pairs = [
        Pair(UUID(int=group + 1), str(group), f"J{n}", str(answer), None, 0.5 + n)
        for n, (group, answer) in enumerate(said)
    ]
    return Linked(Column(Asked(survey, question)), Measure("turns", {}, [], []), 99, pairs, [])


def told(table: Table) -> dict[int | None, LinkPublic]:
    """By group, None: of all; those that others may have."""
    found = {}
    for group in (None, *range(len(table))):
        try:
            of_whom(None if group is None else UUID(int=group + 1), hide=True)
        except OnlyAllGroups:
            continue
        own = [row if group in (None, number) else [] for number, row in enumerate(table)]
        found[group] = rows.about(new_id(), linked(own), hide=True)
    return found


def widths(table: Table) -> list[float]:
    """Of each cell that is hidden."""
    shape = (len(table), len(table[0]))
    tables, hidden = told(table), []
    equations = [(_cell(shape, slice(n, n + 1), None), sum(row)) for n, row in enumerate(table)]
    least = []
    for group, found in tables.items():
        of = slice(None) if group is None else slice(group, group + 1)
        equations.append((_cell(shape, of, None), found.linked))
        for option in found.options:
            cell = _cell(shape, of, int(option.answer))
            least.append(cell)
            if option.people is None:
                hidden.append(cell)
            else:
                equations.append((cell, option.people))
    left, right = (np.array(each) for each in zip(*equations, strict=True))
    given_ = {"A_ub": -np.array(least), "b_ub": -np.ones(len(least))} if least else {}
    ends = [
        [linprog(sign * cell, A_eq=left, b_eq=right, **given_).fun * sign for sign in (1, -1)]
        for cell in hidden
    ]
    return [float(high - low) for low, high in ends]


def _cell(shape: tuple[int, int], groups: slice, answer: int | None) -> np.ndarray:
    cell = np.zeros(shape)
    cell[groups, slice(None) if answer is None else answer] = 1
    return cell.ravel()


tables = st.integers(1, 5).flatmap(
    lambda answers: st.lists(
        st.lists(st.integers(0, 9), min_size=answers, max_size=answers), min_size=1, max_size=4
    )
)


@given(tables)
@example([[9, 1, 9], [8, 9, 9], [3, 9, 9]])
@example([[1, 1, 1, 1, 1]])
@example([[3]])
@settings(max_examples=60, deadline=None)
def test_no_hidden_answer_can_be_worked_out(table: list[list[int]]) -> None:
    assert all(width > 1 for width in widths(table)), table


@given(tables)
def test_what_is_shown_five_people_gave(table: list[list[int]]) -> None:
    found = told(table)[None]
    assert (found.people, found.hidden) == ([], True)
    counts = np.sum(table, axis=0)
    for option in found.options:
        assert (option.low, option.high) == (None, None)
        if option.people is not None:
            assert option.people == counts[int(option.answer)] >= FEWEST


def test_of_a_group_others_are_told_nothing() -> None:
    """Ten gave the second answer; nine in group 1, where it is shown, so one in group 0."""
    assert set(told([[9, 1], [9, 9]])) == {None}
    with pytest.raises(OnlyAllGroups):
        of_whom(new_id(), hide=True)
