"""Every turn once: what was decided, else what the first coder said."""

from typing import Any
from uuid import UUID

from app.agreement.material import CodedRecording, Finished
from app.content.settled import settled
from app.turns.models import Turn
from app.turns.service import TurnRow

AXIS, FIRST, SECOND = UUID(int=1), UUID(int=11), UUID(int=12)
TURNS = [Turn(id=UUID(int=100 + n), index_id=AXIS, user_id=AXIS, start_ms=n, end_ms=n + 1)
         for n in range(4)]  # fmt: skip


def coded(*finished: Finished) -> CodedRecording:
    nothing: Any = None
    rows = [TurnRow(turn, nothing, "") for turn in TURNS]
    return CodedRecording(nothing, nothing, nothing, rows, finished)


def finished(coder: int, turns: range, code: UUID) -> Finished:
    ids = [TURNS[n].id for n in turns]
    return Finished(coder, frozenset(ids), {(each, AXIS): [code] for each in ids})


def test_the_first_coder_counts_and_the_second_where_the_first_had_nothing_to_code() -> None:
    found = settled(coded(finished(1, range(2), FIRST), finished(2, range(3), SECOND)), {}, AXIS)
    assert list(found.values()) == [[FIRST], [FIRST], [SECOND]]


def test_what_was_decided_counts_before_both() -> None:
    decided = {(TURNS[0].id, AXIS): [SECOND], (TURNS[1].id, AXIS): []}
    found = settled(coded(finished(1, range(2), FIRST)), decided, AXIS)
    assert list(found.values()) == [[SECOND], []]


def test_codes_of_another_axis_do_not_count() -> None:
    found = settled(coded(finished(1, range(1), FIRST)), {}, UUID(int=2))
    assert list(found.values()) == [()]
