"""What a receiver is given when not everything fits."""

from hypothesis import given
from hypothesis import strategies as st

from media.relay.allocation import HEADROOM, Wish, allocate, cost

RATES = (100_000.0, 300_000.0, 1_200_000.0)


def wish(id: str, rank: int, *, most: int = 2, now: int | None = None) -> Wish:
    return Wish(id, (rank,), RATES, most, now)


def test_with_room_for_all_everyone_is_as_large_as_can_be_shown() -> None:
    given = allocate(5e6, [wish("a", 0), wish("b", 1, most=1), wish("c", 2, most=0)])

    assert given == {"a": 2, "b": 1, "c": 0}


def test_everyone_is_seen_before_anyone_is_large() -> None:
    wishes = [wish(name, rank) for rank, name in enumerate("abcd")]

    assert allocate(700_000, wishes) == {"a": 1, "b": 0, "c": 0, "d": 0}


def test_the_first_in_rank_is_the_last_to_rest() -> None:
    wishes = [wish(name, rank) for rank, name in enumerate("abcde")]

    assert allocate(240_000, wishes) == {"a": 0, "b": 0, "c": None, "d": None, "e": None}


def test_what_is_given_stays_at_its_price_and_what_is_new_needs_more() -> None:
    assert allocate(1_250_000, [wish("a", 0, now=2)]) == {"a": 2}
    assert allocate(1_250_000, [wish("a", 0, now=1)]) == {"a": 1}
    assert allocate(1_200_000 * HEADROOM, [wish("a", 0, now=1)]) == {"a": 2}


def test_a_layer_that_is_not_sent_is_not_given() -> None:
    absent = Wish("a", (0,), (None, 300_000.0, None), 2, None)
    nothing = Wish("b", (1,), (None, None, None), 2, None)

    assert allocate(5e6, [absent, nothing]) == {"a": 1, "b": None}


rates = st.lists(st.one_of(st.none(), st.floats(10_000, 2e6)), min_size=1, max_size=3)


@given(
    st.floats(0, 5e6),
    st.lists(st.tuples(st.integers(0, 3), rates, st.integers(0, 2)), max_size=12),
)
def test_the_budget_is_never_exceeded(
    budget: float, people: list[tuple[int, list[float | None], int]]
) -> None:
    wishes = [
        Wish(str(n), (rank, n), rates, most, None) for n, (rank, rates, most) in enumerate(people)
    ]

    given = allocate(budget, wishes)

    assert cost(wishes, given) <= budget + 1
    for one in wishes:
        layer = given[one.id]
        if layer is not None:
            smallest = next(n for n, rate in enumerate(one.rates) if rate is not None)
            assert layer <= max(one.most, smallest)
            assert one.rates[layer] is not None
