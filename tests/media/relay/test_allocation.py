"""What a receiver is given when not everything fits."""

from hypothesis import given
from hypothesis import strategies as st

from media.relay.allocation import EVERY, HEADROOM, Step, Wish, allocate, cost

STEPS = {Step(0): 100_000.0, Step(1): 300_000.0, Step(2): 1_200_000.0}
THINNED = {Step(0, 0): 40_000.0, Step(0, 1): 60_000.0} | STEPS


def wish(id: str, rank: int, *, most: int = 2, now: Step | None = None) -> Wish:
    return Wish(id, (rank,), STEPS, most, now)


def test_with_room_for_all_everyone_is_as_large_as_can_be_shown() -> None:
    given = allocate(5e6, [wish("a", 0), wish("b", 1, most=1), wish("c", 2, most=0)])

    assert given == {"a": Step(2), "b": Step(1), "c": Step(0)}


def test_everyone_is_seen_before_anyone_is_large() -> None:
    wishes = [wish(name, rank) for rank, name in enumerate("abcd")]

    assert allocate(700_000, wishes) == {
        "a": Step(1),
        "b": Step(0),
        "c": Step(0),
        "d": Step(0),
    }


def test_the_first_in_rank_is_the_last_to_rest() -> None:
    wishes = [wish(name, rank) for rank, name in enumerate("abcde")]

    assert allocate(240_000, wishes) == {
        "a": Step(0),
        "b": Step(0),
        "c": None,
        "d": None,
        "e": None,
    }


def test_what_is_given_stays_at_its_price_and_what_is_new_needs_more() -> None:
    assert allocate(1_250_000, [wish("a", 0, now=Step(2))]) == {"a": Step(2)}
    assert allocate(1_250_000, [wish("a", 0, now=Step(1))]) == {"a": Step(1)}
    assert allocate(1_200_000 * HEADROOM, [wish("a", 0, now=Step(1))]) == {"a": Step(2)}


def test_a_layer_that_is_not_sent_is_not_given() -> None:
    absent = Wish("a", (0,), {Step(1): 300_000.0}, 2, None)
    nothing = Wish("b", (1,), {}, 2, None)

    assert allocate(5e6, [absent, nothing]) == {"a": Step(1), "b": None}


def test_where_all_do_not_fit_some_have_fewer_pictures() -> None:
    wishes = [Wish(name, (rank,), THINNED, 2, None) for rank, name in enumerate("abcd")]

    assert allocate(270_000, wishes) == {
        "a": Step(0),
        "b": Step(0),
        "c": Step(0, 1),
        "d": None,
    }


step_of = st.builds(Step, st.integers(0, 2), st.sampled_from([0, 1, EVERY]))
steps = st.dictionaries(step_of, st.floats(10_000, 2e6), max_size=5)


@given(
    st.floats(0, 5e6),
    st.lists(st.tuples(st.integers(0, 3), steps, st.integers(0, 2)), max_size=12),
)
def test_the_budget_is_never_exceeded(
    budget: float, people: list[tuple[int, dict[Step, float], int]]
) -> None:
    wishes = [
        Wish(str(n), (rank, n), steps, most, None) for n, (rank, steps, most) in enumerate(people)
    ]

    given = allocate(budget, wishes)

    assert cost(wishes, given) <= budget + 1
    for one in wishes:
        step = given[one.id]
        if step is not None:
            smallest = min(known.layer for known in one.steps)
            assert step.layer <= max(one.most, smallest)
            assert step in one.steps
