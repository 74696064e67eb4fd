"""Words find the turn in which they were said."""

from dataclasses import dataclass
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.kit.ids import new_id
from app.transcripts.attaching import attached, lies_in

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


def test_a_line_lies_where_it_shares_half_of_the_shorter() -> None:
    line = stretch(AINO, 1_000, 3_000)

    assert lies_in(line, [(5_000, 6_000), (1_900, 9_000)])  # 1,100 of 2,000 ms
    assert lies_in(line, [(0, 1_500), (2_000, 3_500)])  # 500 of 1,500; 1,000 of 1,500
    assert not lies_in(line, [(0, 1_100), (2_900, 5_000)])  # 100 of 1,100; 100 of 2,000
    assert not lies_in(line, [(3_000, 5_000)])


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
