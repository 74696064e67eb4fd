"""One is enough to go off the record; everyone who is here must agree to come back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from signalling.off_record import OffRecord

ALICE, BOB, CAROL = (UUID(int=n) for n in (1, 2, 3))
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
people = st.sets(st.sampled_from([ALICE, BOB, CAROL]))


def off(*agreed: UUID) -> OffRecord:
    made = OffRecord()
    made.begin(NOON)
    made.agreed |= set(agreed)
    return made


@given(agreed=people, present=people)
def test_it_is_over_when_everyone_who_is_here_agrees(agreed: set[UUID], present: set[UUID]) -> None:
    everyone = bool(present) and all(person in agreed for person in present)
    assert off(*agreed).is_over(present) == everyone


@given(agreed=people, present=people)
def test_what_is_on_the_record_is_not_over(agreed: set[UUID], present: set[UUID]) -> None:
    assert not OffRecord(agreed=agreed).is_over(present)


def test_a_newcomer_must_agree_and_one_who_left_need_not() -> None:
    record = off(ALICE, BOB)

    assert record.is_over({ALICE, BOB})
    assert not record.is_over({ALICE, BOB, CAROL})
    assert record.is_over({ALICE})


def test_an_empty_room_agrees_to_nothing() -> None:
    assert not off().is_over(set())


def test_asked_for_again_it_goes_on_from_its_beginning_and_all_must_agree_anew() -> None:
    record = off(ALICE, BOB)

    record.begin(NOON + timedelta(minutes=5))

    assert record.since == NOON
    assert not record.is_over({ALICE, BOB})


def test_each_is_told_how_many_agree_and_whether_they_do_and_nothing_of_the_others() -> None:
    here = {ALICE, BOB}
    record = off(ALICE, CAROL)  # carol has left since

    told = {person: record.state(person, here).model_dump() for person in here}

    assert told[ALICE] == {
        "since": NOON,
        "agreed": 1,
        "present": 2,
        "mine": True,
        "taken_over": False,
    }
    assert told[BOB] == {
        "since": NOON,
        "agreed": 1,
        "present": 2,
        "mine": False,
        "taken_over": False,
    }


@given(began=st.integers(0, 40), off=st.none() | st.tuples(st.integers(0, 20), st.integers(1, 20)))
def test_it_touches_what_began_before_its_end(began: int, off: tuple[int, int] | None) -> None:
    at = [NOON + timedelta(seconds=n) for n in range(42)]
    record = OffRecord()
    if off is not None:
        start, length = off
        record.begin(at[start])
        assert record.touches(at[began])
        record.end(at[start + length])

    assert record.touches(at[began]) == (off is not None and began < sum(off))
