"""α for unitizing: by hand, against another program, and what must hold of any continua."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agreement.unitizing import (
    NOWHERE,
    Continuum,
    Unit,
    binary_alpha,
    cu_alpha,
    measure,
    u_alpha,
)

ORACLE = json.loads((Path(__file__).parent / "oracle.json").read_text())["continua"]
"""Continua drawn by chance, with uα by krippendorff-unitized-alpha 0.1.0."""
ONE = np.ones((1, 1))
ALPHAS = (u_alpha, binary_alpha, cu_alpha)


def value(alpha: Any, length: int, coders: Any, values: int) -> float:
    units = [[Unit(*each) for each in coder] for coder in coders]
    return float(alpha(measure([Continuum(length, units)], values).drawn(ONE))[0])


HAND = [[(0, 4, 1), (6, 10, 2)], [(0, 5, 1), (7, 10, 1)]]
"""
          0123456789
    one   1111..2222
    other 11111..111
"""


def test_all_three_by_hand() -> None:
    """ℓ, m − 1 = 1. One 1: other 1 for 4. One gap (4–6): other 1 for 1 (4–5), gap for 1 (5–6).
    One 2 (6–10): other gap for 1, other 1 for 3. Both ways round:
    ℓ_11 = 8, ℓ_gg = 2, ℓ_1g = ℓ_g1 = 1, ℓ_2g = ℓ_g2 = 1, ℓ_21 = ℓ_12 = 3, ℓ.. = 20.
    Margins: g 4, 1 12, 2 4. Parts: gaps 2 + 2 = 4; 1: 4² + 5² + 3² = 50; 2: 4² = 16; all 70.
    uα: Dₒ = 20 − 10 = 10. ε_gg + ε_11 + ε_22 = 20·(16 − 4 + 144 − 50 + 16 − 16)/(400 − 70)
        = 20·106/330 = 6.42424; Dₑ = 13.57576; uα = 1 − 10/13.57576 = .26339.
    |uα: units 16, gaps 4: Dₒ = 2·2 = 4; agreement by chance 20·(16 − 4 + 256 − 66)/330 = 12.24242;
        Dₑ = 7.75758; |uα = .484375.
    cuα: units met: ℓ_11 = 8, ℓ_12 = ℓ_21 = 3, in all 14; margins 11 and 3. Lengths met: 1: the
        one's 4, the other's 4 and 3: 16 + 16 + 9 = 41; 2: 3, 9; all 50. Dₒ = 6;
        14·(121 − 41 + 9 − 9)/(196 − 50) = 7.67123; Dₑ = 6.32877; cuα = .05195."""
    found = [value(alpha, 10, HAND, 2) for alpha in ALPHAS]
    assert found == pytest.approx([1 - 10 / (20 - 20 * 106 / 330), 0.484375, 0.0519481], abs=1e-6)


def test_what_a_coder_was_not_asked_is_no_gap() -> None:
    """
              0123456789
        one   11..22..11
        other 11..22....
        third xxxx22xxxx   x: not asked

    The third knows of 4–6 only, where all say 2; the first two know of everything.
    m is 2 but for 4–6, where it is 3. ℓ: 11: 2·2 = 4; gg (2–4, 6–8): 2·4 = 8; 22: 3 coders for 2:
    6; 1g = g1 = 2 (8–10). ℓ.. = 22. Margins: 1 6, g 10, 2 6.
    Parts: gaps 4 + 6 = 10; 1: 2² + 2² + 2² = 12; 2: 3·2² = 12; all 34.
    Agreement by chance: 22·(36 − 12 + 100 − 10 + 36 − 12)/(484 − 34) = 22·138/450 = 6.746667.
    uα = 1 − 4/(22 − 6.746667) = .737762."""
    coders = [[(0, 2, 1), (4, 6, 2), (8, 10, 1)], [(0, 2, 1), (4, 6, 2)], [(4, 6, 2)]]
    absent = [NOWHERE, NOWHERE, np.array([(6, 10), (0, 4)])]
    units = [[Unit(*each) for each in coder] for coder in coders]
    lengths = measure([Continuum(10, units, absent)], 2).drawn(ONE)
    assert float(u_alpha(lengths)[0]) == pytest.approx(0.737762, abs=1e-6)


def test_what_only_one_knows_of_counts_for_nothing() -> None:
    """As if the continuum had ended where the other was asked no more."""
    units = [[Unit(*each) for each in coder] for coder in HAND]
    apart = [*units[0], Unit(12, 15, 1)]
    longer = Continuum(20, [apart, units[1]], [NOWHERE, np.array([(10, 20)])])
    for alpha in ALPHAS:
        found = float(alpha(measure([longer], 2).drawn(ONE))[0])
        assert found == pytest.approx(value(alpha, 10, HAND, 2))


@pytest.mark.parametrize("case", ORACLE, ids=range(len(ORACLE)))
def test_as_another_program_has_it(case: dict[str, Any]) -> None:
    found = value(u_alpha, case["length"], case["coders"], case["values"])
    assert found == pytest.approx(case["u_alpha"], abs=1e-9)


@st.composite
def coders(draw: st.DrawFn) -> list[list[Unit]]:
    found = []
    for _ in range(draw(st.integers(2, 4))):
        marks = draw(st.lists(st.integers(0, 200), unique=True, max_size=12).map(sorted))
        pairs = zip(marks[::2], marks[1::2], strict=False)
        found.append([Unit(*pair, draw(st.integers(1, 3))) for pair in pairs])
    return found


def all_of(units: list[list[Unit]], scale: int = 1) -> list[float]:
    larger = [[Unit(u.start * scale, u.end * scale, u.value) for u in each] for each in units]
    return [value(alpha, 200 * scale, larger, 3) for alpha in ALPHAS]


@given(coders(), st.randoms())
def test_who_sits_where_and_what_values_are_called_changes_nothing(
    units: list[list[Unit]], dice: Any
) -> None:
    names = [1, 2, 3]
    dice.shuffle(names)
    other = [[Unit(u.start, u.end, names[u.value - 1]) for u in each] for each in units]
    dice.shuffle(other)
    assert all_of(units) == pytest.approx(all_of(other), abs=1e-9, nan_ok=True)


@given(coders())
def test_the_same_units_agree_perfectly_where_two_kinds_are_there(
    units: list[list[Unit]],
) -> None:
    for found in all_of([units[0], units[0]]):
        assert np.isnan(found) or found == pytest.approx(1)


@given(coders())
def test_one_value_alone_is_told_apart_from_gaps_only(units: list[list[Unit]]) -> None:
    single = [[Unit(u.start, u.end, 1) for u in each] for each in units]
    whole, binary, coded = all_of(single)
    assert whole == pytest.approx(binary, abs=1e-9, nan_ok=True)
    assert np.isnan(coded)


def test_the_finer_the_clock_the_less_gaps_as_wholes_matter() -> None:
    """In ms or in µs, the same coding has the same value."""
    units = [[Unit(*each) for each in coder] for coder in HAND]
    fine, finer = (
        [value(a, 10 * s, [[(u.start * s, u.end * s, u.value) for u in c] for c in units], 2)
         for a in ALPHAS]
        for s in (1_000, 1_000_000)
    )  # fmt: skip
    assert fine == pytest.approx(finer, abs=1e-4)


def test_recordings_one_after_another_are_one_continuum() -> None:
    first = Continuum(10, [[Unit(*each) for each in coder] for coder in HAND])
    joined = Continuum(
        20,
        [
            [*(Unit(*each) for each in coder), *(Unit(s + 10, e + 10, v) for s, e, v in coder)]
            for coder in HAND
        ],
    )
    apart = measure([first, first], 2).drawn(np.ones((1, 2)))
    together = measure([joined], 2).drawn(ONE)
    assert u_alpha(apart)[0] == pytest.approx(u_alpha(together)[0])
    assert cu_alpha(apart)[0] == pytest.approx(cu_alpha(together)[0])
