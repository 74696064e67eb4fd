"""Which turns an operation takes away and which it gives. Pure: no database and no clock.

What holds before and after every edit: of one person no two live turns overlap, each is at least
SHORTEST_MS long, and each lies within the recording.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.kit.errors import Invalid, Refusal
from app.turns import forms
from app.turns.models import Talk, TurnState

SHORTEST_MS = 10
"""Lower: turns that nobody can hit. Higher: less than one nudge of an edge."""


class TurnGone(Refusal):
    """Somebody else took this turn away, or it was erased."""

    code = "turn_gone"


class TurnsOverlap(Refusal):
    """The person speaks there already."""

    code = "turns_overlap"


@dataclass(frozen=True)
class Piece:
    """A turn as the operations see it; ms after the recording's start."""

    id: UUID
    user_id: UUID
    start_ms: int
    end_ms: int
    is_backchannel: bool = False
    state: TurnState = TurnState.ACCEPTED
    made_from: UUID | None = None
    talk: Talk = Talk.SPEECH


@dataclass(frozen=True)
class Change:
    taken: tuple[UUID, ...]
    given: tuple[Piece, ...]


Live = Mapping[UUID, Piece]


def change(operation: Any, live: Live, length_ms: int) -> Change:
    """What an operation other than undo and redo does to the live turns.

    Raises TurnGone, TurnsOverlap; Invalid, with the field, for what could never be done.
    """
    return _checked(_wanted(operation, live), live, length_ms)


def reversed_(
    given: Sequence[UUID], taken: Iterable[Piece], live: Live, ids: Sequence[UUID], length_ms: int
) -> Change:
    """Takes away what an edit gave, and gives again what it took: the same turns by other ids.

    What was erased since is not given again. Raises TurnGone when somebody went on from there.
    """
    before = sorted(taken, key=lambda piece: (piece.start_ms, str(piece.id)))
    if len(ids) != len(before):
        raise Invalid(field="given")
    if not given and not before:
        raise TurnGone
    again = (
        replace(piece, id=id_, made_from=piece.id) for piece, id_ in zip(before, ids, strict=True)
    )
    return _checked(Change(tuple(given), tuple(again)), live, length_ms)


def _wanted(operation: Any, live: Live) -> Change:
    match operation:
        case forms.Create():
            piece = Piece(
                operation.given,
                operation.user_id,
                operation.start_ms,
                operation.end_ms,
                operation.is_backchannel,
            )
            return Change((), (piece,))
        case forms.Split():
            return _split(_found(live, operation.turn), operation.at_ms, operation.given)
        case forms.Merge():
            first, second = (_found(live, id_) for id_ in operation.turns)
            return _merged(first, second, operation.given)
        case forms.Move():
            turn, span = _found(live, operation.turn), (operation.start_ms, operation.end_ms)
            return _instead(turn, operation.given, start_ms=span[0], end_ms=span[1])
        case forms.Assign():
            turn = _found(live, operation.turn)
            return _instead(turn, operation.given, user_id=operation.user_id)
        case forms.Mark():
            turn, flag = _found(live, operation.turn), operation.is_backchannel
            return _instead(turn, operation.given, is_backchannel=flag)
        case forms.Sort():
            return _instead(_found(live, operation.turn), operation.given, talk=operation.talk)
        case forms.Accept():
            return _instead(_found(live, operation.turn), operation.given)
        case forms.Delete():
            return Change((_found(live, operation.turn).id,), ())
    raise TypeError(type(operation).__name__)


def _found(live: Live, id_: UUID) -> Piece:
    piece = live.get(id_)
    if piece is None:
        raise TurnGone(field="turn")
    return piece


def _instead(turn: Piece, id_: UUID, **fields: Any) -> Change:
    """What a person touched is theirs: accepted."""
    piece = replace(turn, id=id_, state=TurnState.ACCEPTED, made_from=turn.id, **fields)
    return Change((turn.id,), (piece,))


def _split(turn: Piece, at_ms: int, ids: Sequence[UUID]) -> Change:
    earlier, later = ids
    halves = (
        *_instead(turn, earlier, end_ms=at_ms).given,
        *_instead(turn, later, start_ms=at_ms).given,
    )
    return Change((turn.id,), halves)


def _merged(first: Piece, second: Piece, id_: UUID) -> Change:
    if first.id == second.id or first.user_id != second.user_id:
        raise Invalid(field="turns")
    earlier, later = sorted((first, second), key=lambda piece: piece.start_ms)
    both = earlier.is_backchannel and later.is_backchannel
    talk = earlier.talk if earlier.talk == later.talk else Talk.SPEECH
    given = _instead(earlier, id_, end_ms=later.end_ms, is_backchannel=both, talk=talk).given
    return Change((earlier.id, later.id), given)


def _checked(wanted: Change, live: Live, length_ms: int) -> Change:
    for id_ in wanted.taken:
        _found(live, id_)
    if len({piece.id for piece in wanted.given}) != len(wanted.given):
        raise Invalid(field="given")
    for piece in wanted.given:
        if piece.id in live:
            raise Invalid(field="given")
        if piece.end_ms - piece.start_ms < SHORTEST_MS or piece.start_ms < 0:
            raise Invalid(field="at_ms" if len(wanted.given) > 1 else "start_ms")
        if piece.end_ms > length_ms:
            raise Invalid(field="end_ms")
        if any(_meet(piece, other) for other in live.values() if other.id not in wanted.taken):
            raise TurnsOverlap
    return wanted


def _meet(one: Piece, other: Piece) -> bool:
    same = one.user_id == other.user_id
    return same and one.start_ms < other.end_ms and other.start_ms < one.end_ms
