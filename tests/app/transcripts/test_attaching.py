"""Words find the turn in which they were said."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.ids import new_id
from app.transcripts.attaching import apart, attached

AINO, EERO = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Stretch:
    user_id: UUID
    start_ms: int
    end_ms: int
    id: UUID


def stretch(user_id: UUID, start_ms: int, end_ms: int) -> Stretch:
    return Stretch(user_id, start_ms, end_ms, new_id())


def test_a_line_goes_to_the_turn_of_its_speaker_that_it_shares_most_with() -> None:
    first, second = stretch(AINO, 0, 2_000), stretch(AINO, 3_000, 6_000)
    others = stretch(EERO, 1_000, 6_000)
    line = stretch(AINO, 1_500, 4_000)

    assert attached([first, second, others], [line]) == {second.id: [line]}


def test_a_line_beside_every_turn_belongs_to_none() -> None:
    assert attached([stretch(AINO, 0, 1_000)], [stretch(AINO, 1_000, 2_000)]) == {}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ((1_900, 9_000), True),  # 1,100 of 2,000 ms
        ((0, 1_500), False),  # 500 of 1,500
        ((2_000, 3_500), True),  # 1,000 of 1,500
        ((0, 1_100), False),  # 100 of 1,100
        ((2_900, 5_000), False),  # 100 of 2,000
        ((3_000, 5_000), False),
    ],
)
def test_lines_are_about_the_same_words_that_share_half_of_the_shorter(
    other: tuple[int, int], same: bool
) -> None:
    line, far = stretch(AINO, 1_000, 3_000), stretch(AINO, 50_000, 60_000)

    assert apart([line], [far, stretch(AINO, *other)]) == ([] if same else [line])
    assert apart([line], [far, stretch(EERO, *other)]) == [line]


STRETCHES = st.lists(
    st.builds(
        lambda user, start, length: stretch(user, start, start + length),
        st.sampled_from([AINO, EERO]),
        st.integers(0, 20_000),
        st.integers(1, 5_000),
    ),
    max_size=12,
)


def shared(turn: Stretch, line: Stretch) -> int:
    return min(turn.end_ms, line.end_ms) - max(turn.start_ms, line.start_ms)


@given(STRETCHES, STRETCHES)
def test_which_of_two_sets_of_lines_gives_way_does_not_change_the_pairs(
    one: list[Stretch], other: list[Stretch]
) -> None:
    def pairs(lines: list[Stretch], others: list[Stretch]) -> set[frozenset[UUID]]:
        return {
            frozenset((line.id, each.id))
            for line in lines
            for each in others
            if not apart([line], [each])
        }

    assert pairs(one, other) == pairs(other, one)
    paired = {id_ for pair in pairs(one, other) for id_ in pair}
    assert apart(one, other) == [line for line in one if line.id not in paired]


@given(STRETCHES, STRETCHES)
def test_each_line_is_in_one_turn_at_most_and_in_one_where_any_fits(
    turns: list[Stretch], lines: list[Stretch]
) -> None:
    found = attached(turns, lines)
    owners = {turn.id: turn for turn in turns}
    for line in lines:
        homes = [owners[id_] for id_, held in found.items() if line in held]
        fits = [
            t
            for t in turns
            if t.user_id == line.user_id and t.start_ms < line.end_ms and line.start_ms < t.end_ms
        ]
        assert len(homes) == (1 if fits else 0)
        assert not fits or shared(homes[0], line) == max(shared(turn, line) for turn in fits)
    for held in found.values():
        assert held == sorted(held, key=lambda line: (line.start_ms, line.end_ms))
