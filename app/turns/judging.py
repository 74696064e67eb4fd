"""What people have judged of a recording: there the machine proposes nothing again. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from app.turns.detection import Segment
from app.turns.models import Turn, TurnEdit, TurnState

REVERSALS = frozenset({"undo", "redo"})


class Reversible(Protocol):
    @property
    def id(self) -> UUID: ...

    @property
    def reverses(self) -> UUID | None: ...


def effective(edits: Sequence[Reversible]) -> set[UUID]:
    """The edits that nothing in effect has reversed; `edits` in order."""
    standing: set[UUID] = set()
    undone: set[UUID | None] = set()
    for edit in reversed(edits):
        if edit.id not in undone:
            standing.add(edit.id)
            undone.add(edit.reverses)
    return standing


def brought_back(id_: UUID, copies: Mapping[UUID, UUID]) -> UUID:
    """What a turn is called now: each time it is brought back it gets another id. `copies`: the
    turns that undos and redos gave, by the turns that they are copies of."""
    while id_ in copies:
        id_ = copies[id_]
    return id_


def judged(turns: Iterable[Turn], edits: Collection[TurnEdit]) -> dict[UUID, list[Segment]]:
    """Per person: where an accepted turn stands, and where a turn stood that an edit in effect
    took away (deleted, given to somebody else, cut shorter). What was undone is open again."""
    in_order: list[TurnEdit] = sorted(edits, key=lambda edit: edit.sequence)
    standing = effective(in_order)
    acts = {e.id for e in edits if e.id in standing and e.operation not in REVERSALS}
    found: dict[UUID, list[Segment]] = {}
    for turn in turns:
        is_kept = turn.removed_by_edit is None and turn.state == TurnState.ACCEPTED
        if is_kept or turn.removed_by_edit in acts:
            found.setdefault(turn.user_id, []).append(Segment(turn.start_ms, turn.end_ms))
    return found


def stacks(edits: Iterable[TurnEdit], author_id: UUID) -> tuple[list[UUID], list[UUID]]:
    """What one person can undo and redo, the latest last; `edits` in order. A new edit of theirs
    closes the way forward, as everywhere."""
    undo: list[UUID] = []
    redo: list[UUID] = []
    for edit in edits:
        if edit.author_id != author_id:
            continue
        if edit.operation == "undo" and edit.reverses in undo:
            undo.remove(edit.reverses)
            redo.append(edit.id)
        elif edit.operation == "redo" and edit.reverses in redo:
            redo.remove(edit.reverses)
            undo.append(edit.id)
        elif edit.operation not in REVERSALS:
            undo.append(edit.id)
            redo.clear()
    return undo, redo
