"""What was coded, code by code: a long table beside that of turns, which has a row for each turn.

Coders stand under their numbers. `decided` is what was decided where coders differed.
"""

from collections.abc import Iterator
from uuid import UUID

from app.exports.formats.rows import where
from app.exports.turnlist import TurnList

COLUMNS = (
    *("group_id", "group", "meeting", "kind", "ordinal", "month", "turn", "pseudonym"),
    *("start_ms", "end_ms", "coder", "axis", "code"),
    *("main_code", "path"),
    *("is_primary", "confidence", "memo", "decided_at"),
)
Cell = str | int | bool | None


def rows(turns: TurnList) -> Iterator[tuple[Cell, ...]]:
    """One for each code, by turn; a coder's memo of a turn stands beside each of their codes of it,
    or in a row without a code."""
    memos = {(note.turn_id, note.source): note.body for note in turns.notes}
    coded = {(given.turn_id, given.source) for given in turns.given}
    said: dict[UUID, list[tuple[Cell, ...]]] = {}
    for given in turns.given:
        at = given.given_at.isoformat(timespec="seconds") if given.given_at else None
        memo = memos.get((given.turn_id, given.source), "")
        about = (given.is_primary, given.confidence, memo, at)
        what_code = (given.source, given.axis, given.code, given.main_code, given.path)
        said.setdefault(given.turn_id, []).append((*what_code, *about))
    for note in turns.notes:
        if (note.turn_id, note.source) not in coded:
            alone = (note.source, "", "", "", "", None, None, note.body, None)
            said.setdefault(note.turn_id, []).append(alone)
    for turn in turns.turns:
        what = (*where(turns), str(turn.id), turn.pseudonym)
        for cells in said.get(turn.id, ()):
            yield *what, turn.start_ms, turn.end_ms, *cells
