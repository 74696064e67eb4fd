"""Which edits are in effect, what they judged, and what their author can take back."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.turns.detection import Segment
from app.turns.judging import effective, judged, stacks
from app.turns.models import Turn, TurnEdit, TurnState

ALICE, BOB, RECORDING, INDEX = (UUID(int=n) for n in (1, 2, 3, 4))


def edit(number: int, operation: str, reverses: int | None = None, by: UUID = ALICE) -> TurnEdit:
    return TurnEdit(
        id=UUID(int=100 + number),
        recording_id=RECORDING,
        sequence=number,
        operation=operation,
        reverses=None if reverses is None else UUID(int=100 + reverses),
        author_id=by,
    )


def turn(start: int, added: int | None = None, removed: int | None = None) -> Turn:
    return Turn(
        index_id=INDEX,
        user_id=BOB,
        start_ms=start,
        end_ms=start + 100,
        state=TurnState.PROPOSED if added is None else TurnState.ACCEPTED,
        added_by_edit=None if added is None else UUID(int=100 + added),
        removed_by_edit=None if removed is None else UUID(int=100 + removed),
    )


def numbers(ids: set[UUID]) -> set[int]:
    return {id_.int - 100 for id_ in ids}


def test_what_is_reversed_is_out_of_effect_and_comes_back_with_a_redo() -> None:
    edits = [edit(1, "delete"), edit(2, "undo", 1), edit(3, "redo", 2), edit(4, "undo", 3)]
    assert numbers(effective(edits[:1])) == {1}
    assert numbers(effective(edits[:2])) == {2}
    assert numbers(effective(edits[:3])) == {1, 3}
    assert numbers(effective(edits)) == {2, 4}


@given(st.integers(0, 8))
def test_every_other_reversal_leaves_the_first_edit_in_effect(reversals: int) -> None:
    edits = [edit(1, "accept")]
    edits += [edit(n, "undo" if n % 2 == 0 else "redo", n - 1) for n in range(2, reversals + 2)]
    assert (edits[0].id in effective(edits)) is (reversals % 2 == 0)


def test_accepted_and_deleted_stretches_are_judged_and_what_was_undone_is_not() -> None:
    edits = [edit(1, "accept"), edit(2, "delete"), edit(3, "delete"), edit(4, "undo", 3)]
    turns = [
        turn(0, removed=1),
        turn(0, added=1),
        turn(1_000, removed=2),
        turn(2_000, removed=3),
        turn(5_000),
    ]
    assert judged(turns, edits) == {BOB: [Segment(0, 100), Segment(0, 100), Segment(1_000, 1_100)]}


def test_one_takes_back_ones_own_edits_the_latest_first() -> None:
    edits = [edit(1, "accept"), edit(2, "delete", by=BOB), edit(3, "move"), edit(4, "undo", 3)]
    assert stacks(edits, ALICE) == ([edits[0].id], [edits[3].id])
    edits.append(edit(5, "redo", 4))
    assert stacks(edits, ALICE) == ([edits[0].id, edits[4].id], [])
    assert stacks(edits, BOB) == ([edits[1].id], [])
    edits += [edit(6, "undo", 5), edit(7, "split")]
    assert stacks(edits, ALICE) == ([edits[0].id, edits[6].id], [])
