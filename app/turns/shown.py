"""Rows of turns and edits, as they are answered."""

from collections.abc import Iterator
from typing import Literal

from app.groups.models import GroupRole
from app.turns.edits import Told
from app.turns.forms import EditPublic, HistoryRow, HistoryStep, TurnPublic
from app.turns.history import Step
from app.turns.models import TurnState
from app.turns.service import TurnRow


def turn_public(row: TurnRow) -> TurnPublic:
    turn, speaker, name = row
    return TurnPublic(
        id=turn.id,
        user_id=turn.user_id,
        name=name,
        pseudonym=speaker.pseudonym,
        role=GroupRole(speaker.role),
        start_ms=turn.start_ms,
        end_ms=turn.end_ms,
        is_backchannel=turn.is_backchannel,
        state=TurnState(turn.state),
    )


def edit_public(told: Told) -> EditPublic:
    edit = told.edit
    return EditPublic(
        id=edit.id,
        sequence=edit.sequence,
        operation=edit.operation,
        reverses=edit.reverses,
        author_id=edit.author_id,
        author=told.author,
        made_at=edit.made_at,
        taken=[turn_public(row) for row in told.taken],
        given=[turn_public(row) for row in told.given],
    )


def step_public(step: Step) -> HistoryStep:
    edit = edit_public(step.told).model_dump()
    return HistoryStep(**edit, proposed=[turn_public(row) for row in step.proposed])


def history_rows(step: Step) -> Iterator[HistoryRow]:
    """What it took, then what it gave."""
    told = step.told
    for row in told.taken:
        yield _history_row(step, "before", row)
    for row in told.given:
        yield _history_row(step, "after", row)
    if not told.taken and not told.given:
        yield _history_row(step, "", None)


def _history_row(
    step: Step, side: Literal["before", "after", ""], row: TurnRow | None
) -> HistoryRow:
    edit, back = step.told.edit, [each.turn for each in step.proposed]
    turn = row.turn if row else None
    return HistoryRow(
        edit=edit.sequence,
        made_at=edit.made_at,
        author=step.told.author,
        operation=edit.operation,
        side=side,
        pseudonym=row.speaker.pseudonym if row else "",
        start_ms=turn.start_ms if turn else None,
        end_ms=turn.end_ms if turn else None,
        is_backchannel=int(turn.is_backchannel) if turn else None,
        state=TurnState(turn.state) if turn else None,
        proposed_turns=len(back),
        proposed_start_ms=min((each.start_ms for each in back), default=None),
        proposed_end_ms=max((each.end_ms for each in back), default=None),
    )
