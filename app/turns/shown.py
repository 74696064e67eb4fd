"""Rows of turns and edits, as they are answered."""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.blinding import service as blinding
from app.blinding.service import Names
from app.groups.models import GroupRole
from app.kit.permissions import Action
from app.recordings import service as recordings
from app.turns.edits import Told
from app.turns.forms import EditPublic, HistoryRow, HistoryStep, TurnPublic
from app.turns.history import Step
from app.turns.models import Talk, TurnState
from app.turns.service import TurnRow


async def names_for(db: AsyncSession, actor: Actor, recording_id: UUID) -> Names:
    """What this reader of a recording's turns may call its speakers."""
    _, meeting = await recordings.get(db, actor, recording_id, Action.READ_TURNS)
    return await blinding.names(db, actor.user_id, meeting.group_id)


def turn_public(row: TurnRow, names: Names) -> TurnPublic:
    turn, speaker = row.turn, row.speaker
    return TurnPublic(
        id=turn.id,
        user_id=turn.user_id,
        name=names.by_user[turn.user_id],
        pseudonym=speaker.pseudonym,
        role=GroupRole(speaker.role),
        start_ms=turn.start_ms,
        end_ms=turn.end_ms,
        is_backchannel=turn.is_backchannel,
        talk=Talk(turn.talk),
        state=TurnState(turn.state),
    )


def edit_public(told: Told, names: Names) -> EditPublic:
    edit = told.edit
    return EditPublic(
        id=edit.id,
        sequence=edit.sequence,
        operation=edit.operation,
        reverses=edit.reverses,
        author_id=edit.author_id,
        author=names.of(edit.author_id, told.author),
        made_at=edit.made_at,
        taken=[turn_public(row, names) for row in told.taken],
        given=[turn_public(row, names) for row in told.given],
    )


def step_public(step: Step, names: Names) -> HistoryStep:
    edit = edit_public(step.told, names).model_dump()
    return HistoryStep(**edit, proposed=[turn_public(row, names) for row in step.proposed])


def history_rows(step: Step, names: Names) -> Iterator[HistoryRow]:
    """What it took, then what it gave."""
    told = step.told
    for row in told.taken:
        yield _history_row(step, "before", row, names)
    for row in told.given:
        yield _history_row(step, "after", row, names)
    if not told.taken and not told.given:
        yield _history_row(step, "", None, names)


def _history_row(
    step: Step, side: Literal["before", "after", ""], row: TurnRow | None, names: Names
) -> HistoryRow:
    edit, back = step.told.edit, [each.turn for each in step.proposed]
    turn = row.turn if row else None
    return HistoryRow(
        edit=edit.sequence,
        made_at=edit.made_at,
        author=names.of(edit.author_id, step.told.author),
        operation=edit.operation,
        side=side,
        pseudonym=row.speaker.pseudonym if row else "",
        start_ms=turn.start_ms if turn else None,
        end_ms=turn.end_ms if turn else None,
        is_backchannel=int(turn.is_backchannel) if turn else None,
        talk=Talk(turn.talk) if turn else None,
        state=TurnState(turn.state) if turn else None,
        proposed_turns=len(back),
        proposed_start_ms=min((each.start_ms for each in back), default=None),
        proposed_end_ms=max((each.end_ms for each in back), default=None),
    )
