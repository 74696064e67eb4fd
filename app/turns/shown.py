"""Rows of turns and edits, as they are answered."""

from app.groups.models import GroupRole
from app.turns.edits import Told
from app.turns.forms import EditPublic, TurnPublic
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
