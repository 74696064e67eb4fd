"""Operations on turns: what each takes and gives, and the laws that no edit may break."""

from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import Invalid, Refusal
from app.turns import forms
from app.turns.editing import SHORTEST_MS, Change, Piece, TurnGone, TurnsOverlap, change, reversed_
from app.turns.models import Talk, TurnState

LENGTH_MS = 10_000
PEOPLE = [UUID(int=n) for n in (1, 2)]
TALK = st.sampled_from(Talk)
Live = dict[UUID, Piece]


@st.composite
def lives(draw: st.DrawFn) -> Live:
    """Some turns of two people, lawful."""
    found: Live = {}
    for person in PEOPLE:
        edges = sorted(draw(st.lists(st.integers(0, LENGTH_MS // 10), max_size=12, unique=True)))
        for start, end in zip(edges[::2], edges[1::2], strict=False):
            piece = Piece(
                uuid4(), person, start * 10, end * 10, draw(st.booleans()),
                draw(st.sampled_from(TurnState)), talk=draw(TALK),
            )  # fmt: skip
            found[piece.id] = piece
    return found


@st.composite
def operations(draw: st.DrawFn, live: Live) -> Any:
    """Any operation, on turns that are there more often than not."""
    known = [*live, uuid4()]
    turn, other = draw(st.sampled_from(known)), draw(st.sampled_from(known))
    start, end = draw(st.integers(0, LENGTH_MS)), draw(st.integers(0, LENGTH_MS))
    person, flag = draw(st.sampled_from(PEOPLE)), draw(st.booleans())
    span: dict[str, Any] = {"start_ms": start, "end_ms": end}
    return draw(
        st.sampled_from(
            [
                forms.Create(name="create", given=uuid4(), user_id=person, **span),
                forms.Split(name="split", turn=turn, at_ms=start, given=[uuid4(), uuid4()]),
                forms.Merge(name="merge", turns=[turn, other], given=uuid4()),
                forms.Move(name="move", turn=turn, given=uuid4(), **span),
                forms.Assign(name="assign", turn=turn, user_id=person, given=uuid4()),
                forms.Mark(name="mark", turn=turn, is_backchannel=flag, given=uuid4()),
                forms.Sort(name="sort", turn=turn, talk=draw(TALK), given=uuid4()),
                forms.Accept(name="accept", turn=turn, given=uuid4()),
                forms.Delete(name="delete", turn=turn),
            ]
        )
    )


def after(live: Live, done: Change) -> Live:
    left = {id_: piece for id_, piece in live.items() if id_ not in done.taken}
    return left | {piece.id: piece for piece in done.given}


def taken(live: Live, done: Change) -> list[Piece]:
    return [live[id_] for id_ in done.taken]


def ids(done: Change) -> list[UUID]:
    return [piece.id for piece in done.given]


def said(live: Live) -> list[tuple[UUID, int, int, bool, Talk, TurnState]]:
    """The turns without their ids."""
    return sorted(
        (p.user_id, p.start_ms, p.end_ms, p.is_backchannel, p.talk, p.state) for p in live.values()
    )


def lawful(live: Live) -> None:
    for piece in live.values():
        assert piece.start_ms >= 0
        assert piece.start_ms + SHORTEST_MS <= piece.end_ms <= LENGTH_MS
    for one, other in combinations(live.values(), 2):
        apart = one.end_ms <= other.start_ms or other.end_ms <= one.start_ms
        assert one.user_id != other.user_id or apart


@given(st.data())
def test_after_any_edit_the_laws_hold(data: st.DataObject) -> None:
    live = data.draw(lives())
    lawful(live)
    for _ in range(4):
        try:
            done = change(data.draw(operations(live)), live, LENGTH_MS)
        except Refusal:
            continue
        live = after(live, done)
        lawful(live)
        assert all(piece.state == TurnState.ACCEPTED for piece in done.given)


@given(st.data())
def test_an_undo_restores_and_a_redo_does_it_again(data: st.DataObject) -> None:
    before = data.draw(lives())
    try:
        done = change(data.draw(operations(before)), before, LENGTH_MS)
    except Refusal:
        return
    then = after(before, done)
    gone = taken(before, done)

    undone = reversed_(ids(done), gone, then, [uuid4() for _ in gone], LENGTH_MS)
    again = after(then, undone)
    assert said(again) == said(before)
    assert {p.made_from for p in undone.given} == {p.id for p in gone}

    back = taken(then, undone)
    redone = reversed_(ids(undone), back, again, [uuid4() for _ in back], LENGTH_MS)
    assert said(after(again, redone)) == said(then)


@given(st.data())
def test_what_is_split_and_merged_is_what_it_was(data: st.DataObject) -> None:
    live = data.draw(lives())
    long = [piece for piece in live.values() if piece.end_ms - piece.start_ms >= 2 * SHORTEST_MS]
    if not long:
        return
    turn = data.draw(st.sampled_from(long))
    at = data.draw(st.integers(turn.start_ms + SHORTEST_MS, turn.end_ms - SHORTEST_MS))
    split = change(
        forms.Split(name="split", turn=turn.id, at_ms=at, given=[uuid4(), uuid4()]), live, LENGTH_MS
    )
    earlier, later = split.given
    assert (earlier.end_ms, later.start_ms) == (at, at)
    halved = after(live, split)
    merge = forms.Merge(name="merge", turns=[later.id, earlier.id], given=uuid4())
    (whole,) = change(merge, halved, LENGTH_MS).given
    assert (whole.user_id, whole.start_ms, whole.end_ms) == (
        turn.user_id, turn.start_ms, turn.end_ms,
    )  # fmt: skip
    assert (whole.is_backchannel, whole.talk) == (turn.is_backchannel, turn.talk)


def test_what_is_merged_of_two_sorts_of_talk_is_speech() -> None:
    """So that nothing is left out of figures that nobody marked."""
    sort = forms.Sort(name="sort", turn=ONE.id, talk=Talk.LAUGHTER, given=ID)
    (laughed,) = change(sort, STAGE, LENGTH_MS).given
    assert (laughed.talk, laughed.state) == (Talk.LAUGHTER, TurnState.ACCEPTED)
    live = {ID: laughed, NEXT.id: NEXT}
    merge = forms.Merge(name="merge", turns=[ID, NEXT.id], given=uuid4())
    (whole,) = change(merge, live, LENGTH_MS).given
    assert whole.talk == Talk.SPEECH


ONE = Piece(UUID(int=11), PEOPLE[0], 1_000, 2_000, state=TurnState.PROPOSED)
NEXT = Piece(UUID(int=12), PEOPLE[0], 3_000, 4_000)
HERS = Piece(UUID(int=13), PEOPLE[1], 1_500, 2_500)
STAGE = {piece.id: piece for piece in (ONE, NEXT, HERS)}
ID = UUID(int=99)


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        (forms.Delete(name="delete", turn=ID), TurnGone),
        (forms.Merge(name="merge", turns=[ONE.id, HERS.id], given=ID), Invalid),
        (forms.Merge(name="merge", turns=[ONE.id, ONE.id], given=ID), Invalid),
        (forms.Move(name="move", turn=ONE.id, start_ms=1, end_ms=3_001, given=ID), TurnsOverlap),
        (forms.Move(name="move", turn=ONE.id, start_ms=2_000, end_ms=1_000, given=ID), Invalid),
        (forms.Move(name="move", turn=NEXT.id, start_ms=3_000, end_ms=10_001, given=ID), Invalid),
        (forms.Assign(name="assign", turn=HERS.id, user_id=PEOPLE[0], given=ID), TurnsOverlap),
        (forms.Split(name="split", turn=ONE.id, at_ms=1_005, given=[ID, uuid4()]), Invalid),
        (forms.Split(name="split", turn=ONE.id, at_ms=1_500, given=[ID, ID]), Invalid),
        (forms.Accept(name="accept", turn=ONE.id, given=NEXT.id), Invalid),
    ],
)
def test_what_cannot_be_done_is_refused(operation: Any, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        change(operation, STAGE, LENGTH_MS)


@pytest.mark.parametrize(
    ("operation", "given_"),
    [
        (forms.Accept(name="accept", turn=ONE.id, given=ID), (PEOPLE[0], 1_000, 2_000)),
        (
            forms.Move(name="move", turn=ONE.id, start_ms=990, end_ms=3_000, given=ID),
            (PEOPLE[0], 990, 3_000),
        ),
        (
            forms.Merge(name="merge", turns=[ONE.id, NEXT.id], given=ID),
            (PEOPLE[0], 1_000, 4_000),
        ),
        (
            forms.Assign(name="assign", turn=NEXT.id, user_id=PEOPLE[1], given=ID),
            (PEOPLE[1], 3_000, 4_000),
        ),
    ],
)
def test_what_is_given_is_accepted(operation: Any, given_: tuple[UUID, int, int]) -> None:
    (piece,) = change(operation, STAGE, LENGTH_MS).given
    assert (piece.user_id, piece.start_ms, piece.end_ms) == given_
    assert (piece.id, piece.state) == (ID, TurnState.ACCEPTED)


def test_nobody_undoes_what_others_have_gone_on_from() -> None:
    done = change(forms.Accept(name="accept", turn=ONE.id, given=ID), STAGE, LENGTH_MS)
    then = after(STAGE, done)
    gone_on = after(then, change(forms.Delete(name="delete", turn=ID), then, LENGTH_MS))
    with pytest.raises(TurnGone):
        reversed_(ids(done), [ONE], gone_on, [uuid4()], LENGTH_MS)


def test_an_undo_names_as_many_turns_as_come_back() -> None:
    done = change(forms.Accept(name="accept", turn=ONE.id, given=ID), STAGE, LENGTH_MS)
    with pytest.raises(Invalid):
        reversed_(ids(done), [ONE], after(STAGE, done), [], LENGTH_MS)


def test_of_an_edit_that_was_erased_nothing_comes_back() -> None:
    with pytest.raises(TurnGone):
        reversed_([], [], STAGE, [], LENGTH_MS)
