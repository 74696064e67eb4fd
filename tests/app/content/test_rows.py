"""What is told as rows: names that stand once, roles of the day, and an attacker of what is hidden.

The attacker knows the schedule and every number that is shown, and whatever another axis of the
same turns may show; and solves for each hidden cell how small and how large it can be.
"""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from app.analysis.table import Floats
from app.content import counts, rows
from app.content.rows import factor
from app.content.service import Content
from app.content.suppression import FEWEST
from app.content.table import Coded, Sitting, Speaker
from tests.app.content.tables import Unit, content, hand, table


def test_two_groups_of_one_name_are_two_rows() -> None:
    """And a third that is called as the second would be."""
    found = rows.frequency(content(hand(), ["Turku", "Turku"]), "group")
    assert {row.row: row.of_turns for row in found} == {"Turku": 5, "Turku (2)": 1}
    people = {row.row for row in rows.frequency(content(hand(), ["Turku", "Turku"]), "person")}
    assert people == {"Turku: F1", "Turku: J1", "Turku (2): F1"}
    assert rows.apart(["A", "A", "A (2)", "A"]) == ["A", "A (3)", "A (2)", "A (4)"]


def test_each_size_tells_of_how_many_groups_it_is() -> None:
    """Group 1 has one meeting, and so no slope; and nobody there but who leads it."""
    one = content(hand())
    groups = {row.effect: row.groups for row in rows.measured(one, one)}
    assert groups == {
        "v_role": 1, "v_person": 1, "v_position": 1, "v_group": 2, "role_difference": 1, "slope": 1,
    }  # fmt: skip
    assert {row.groups for row in rows.follows(one)} == {0, 1}


def crowd(seed: int, groups: int, people: int, positions: int, codes: int, turns: int) -> Coded:
    """Groups of some people, some of whom are in two; not every group meets at every position; some
    codes are rare. Every turn has one code."""
    dice = np.random.default_rng(seed)
    speakers = [
        Speaker(
            g, f"{'F' if n == 0 else 'J'}{n}", max(0, g * people + n - int(dice.integers(0, 2)))
        )
        for g in range(groups)
        for n in range(people)
    ]
    sittings = [
        Sitting(g, p + 1, 3_600_000)
        for g, p in product(range(groups), range(positions))
        if p == g % positions or dice.random() < 0.6
    ]
    weights = dice.dirichlet(np.full(codes, 0.7))
    units = []
    for number, sitting in enumerate(sittings):
        for turn in range(int(dice.integers(1, turns))):
            who = sitting.group * people + int(dice.integers(0, people))
            code = int(dice.choice(codes, p=weights))
            units.append(Unit(number, who, turn * 9_000, turn * 9_000 + 5_000, [code]))
    return table(groups, speakers, sittings, codes, units)


class Attacker:
    """Unknowns: how many turns of each code somebody in each role had in each meeting."""

    def __init__(self, found: Content) -> None:
        self.coded, self.shown = found.coded, rows.for_others(found)
        self.factors = {name: factor(found, name) for name in ("all", *rows.HIDDEN)}
        self.shape = (found.coded.codes, 2, len(found.coded.meetings))
        equations = [
            (self.cell(row.by, row.row, int(row.code)), row.turns)
            for row in self.shown
            if row.turns is not None
        ]
        for name, (labels, of) in self.factors.items():
            there = counts.presence(self.coded, of, len(labels)).any(axis=1).sum(axis=1)
            if (there >= FEWEST).all():  # then another axis may tell the sums
                sums = counts.tally(self.coded, of, len(labels)).of_turns
                equations += [
                    (self.cell(name, label, None), int(sums[place]))
                    for place, label in enumerate(labels)
                ]
        self.left = np.array([one for one, _ in equations]) if equations else None
        self.right = [other for _, other in equations] if equations else None

    def cell(self, by: str, row: str, code: int | None) -> Floats:
        """Which unknowns make it up."""
        own = np.zeros(self.shape)
        place = list(self.factors[by].names).index(row)
        codes = slice(None) if code is None else slice(code, code + 1)
        if by == "role":
            own[codes, place] = 1
        elif by == "all":
            own[codes] = 1
        else:
            for number, each in enumerate(self.coded.meetings):
                at = each.group if by == "group" else factor_place(self, each.ordinal)
                own[codes, :, number] = at == place
        return own.ravel()

    def width(self, by: str, row: str, code: int) -> float:
        goal = self.cell(by, row, code)
        low, high = (
            linprog(sign * goal, A_eq=self.left, b_eq=self.right, bounds=(0, 10_000)).fun * sign
            for sign in (1, -1)
        )
        return float(high - low)


def factor_place(attacker: Attacker, ordinal: int) -> int:
    return list(attacker.factors["position"].names).index(str(ordinal))


@given(
    st.integers(0, 10_000),
    st.integers(1, 5),
    st.integers(3, 9),
    st.integers(1, 4),
    st.integers(1, 5),
    st.sampled_from([6, 30, 90]),
)
@settings(max_examples=80, deadline=None)
def test_no_hidden_cell_can_be_worked_out(
    seed: int, groups: int, people: int, positions: int, codes: int, turns: int
) -> None:
    attacker = Attacker(content(crowd(seed, groups, people, positions, codes, turns)))
    for row in attacker.shown:
        if row.turns is None:
            assert attacker.width(row.by, row.row, int(row.code)) > 1, row


def test_one_breakdown_does_not_say_another() -> None:
    """Group 0 meets alone, at positions 1 and 2, where too few speak in either; groups 1 and 2 meet
    at position 3, which is the total less group 0. So groups are hidden with the positions."""
    speakers = [Speaker(g, f"J{n}", 6 * g + n) for g in range(3) for n in range(6)]
    sittings = [Sitting(0, 1, 9), Sitting(0, 2, 9), Sitting(1, 3, 9), Sitting(2, 3, 9)]
    units = [
        Unit(sitting, who, 9_000 * n, 9_000 * n + 900, [code])
        for code in (0, 1)
        for sitting, people in enumerate((range(3), range(3, 6), range(6, 12), range(12, 18)))
        for n, who in enumerate(people)
    ]
    attacker = Attacker(content(table(3, speakers, sittings, 2, units)))
    assert {row.turns for row in attacker.shown if row.by == "all"} == {18}
    hidden = [row for row in attacker.shown if row.turns is None]
    assert {row.by for row in hidden} == {"role", "group", "position"}
    assert min(attacker.width(row.by, row.row, int(row.code)) for row in hidden) > 1


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(3, 9), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_in_what_is_shown_five_people_speak(
    seed: int, groups: int, people: int, positions: int
) -> None:
    coded = crowd(seed, groups, people, positions, 4, 60)
    one = content(coded)
    for row in rows.for_others(one):
        if row.turns is not None:
            names, of = factor(one, row.by)
            inside = (of == list(names).index(row.row)) & coded.given[:, int(row.code)]
            assert len(set(coded.person[inside].tolist())) >= FEWEST
            assert row.turns == inside.sum()
        assert (row.of_turns, row.share, row.of_ms, row.share_of_time) == (None,) * 4


def test_something_is_shown_and_something_is_not() -> None:
    """Six groups of eight. One of them is of two people who speak: its whole breakdown goes, the
    series stays."""
    coded = crowd(3, 6, 8, 3, 2, 90)
    quiet = (coded.group != 5) | np.isin(coded.speaker, [40, 41])
    found = rows.for_others(content(coded.only(quiet)))
    hidden = {by: {row.turns is None for row in found if row.by == by} for by in rows.HIDDEN}
    assert hidden["group"] == {True}
    assert hidden["position"] == {False}


def test_thirty_turns_of_one_are_one_person() -> None:
    speakers = [Speaker(0, f"J{n}", n) for n in range(8)]
    units = [Unit(0, 0, n * 1_000, n * 1_000 + 900, [0]) for n in range(30)]
    units += [Unit(0, n % 8, n * 1_000, n * 1_000 + 900, [1 + n % 2]) for n in range(30, 94)]
    found = rows.for_others(content(table(1, speakers, [Sitting(0, 1, 100_000)], 3, units)))
    of = {row.code: row.turns for row in found if row.by == "all"}
    assert of["0"] is None


def test_who_leads_two_groups_is_one_person() -> None:
    """Six groups led by one: six facilitators' turns, of one human being."""
    speakers = [Speaker(g, n, 0 if n == "F" else 1 + g) for g in range(6) for n in ("F", "J")]
    sittings = [Sitting(g, 1, 100_000) for g in range(6)]
    units = [Unit(g, 2 * g + n, n * 9_000, n * 9_000 + 900, [0]) for g in range(6) for n in (0, 1)]
    found = rows.for_others(content(table(6, speakers, sittings, 1, units)))
    assert {row.turns for row in found if row.by == "role"} == {None}
    assert [row.turns for row in found if row.by == "all"] == [12]


@pytest.mark.parametrize("ordinals", [(1, 2, 4), (2, 3, 7)])
def test_a_meeting_that_was_not_coded_is_no_row(ordinals: tuple[int, ...]) -> None:
    sittings = [Sitting(0, each, 100_000) for each in ordinals]
    units = [Unit(n, 0, 0, 900, [0]) for n in range(3)]
    one = content(table(1, [Speaker(0, "J1", 0)], sittings, 1, units))
    assert [row.row for row in rows.frequency(one, "position")] == [str(n) for n in ordinals]
