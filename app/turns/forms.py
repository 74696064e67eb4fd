"""What the workbench sends and is answered."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.groups.models import GroupRole
from app.kit.http import Form, Page, Public
from app.turns.models import Laughter, Talk, TechnicalTalk, TurnState

Moment = Annotated[int, Field(ge=0, le=86_400_000)]
"""Ms after the recording's start."""
Ids = Annotated[list[UUID], Field(max_length=50)]


class Create(Form):
    name: Literal["create"]
    given: UUID
    """The id of the new turn: here and below the client chooses it, so that it can go on working
    with a turn that has not reached the server yet."""
    user_id: UUID
    start_ms: Moment
    end_ms: Moment
    is_backchannel: bool = False


class Split(Form):
    name: Literal["split"]
    turn: UUID
    at_ms: Moment
    given: Annotated[list[UUID], Field(min_length=2, max_length=2)]
    """The earlier half and the later one."""


class Merge(Form):
    """Two turns of one person, with nothing of theirs in between, become one."""

    name: Literal["merge"]
    turns: Annotated[list[UUID], Field(min_length=2, max_length=2)]
    given: UUID


class Move(Form):
    name: Literal["move"]
    turn: UUID
    start_ms: Moment
    end_ms: Moment
    given: UUID


class Assign(Form):
    name: Literal["assign"]
    turn: UUID
    user_id: UUID
    given: UUID


class Mark(Form):
    """As a back-channel, or as none."""

    name: Literal["mark"]
    turn: UUID
    is_backchannel: bool
    given: UUID


class Sort(Form):
    """As talk of another sort; what the rules make of it is theirs."""

    name: Literal["sort"]
    turn: UUID
    talk: Talk
    given: UUID


class Accept(Form):
    name: Literal["accept"]
    turn: UUID
    given: UUID


class Delete(Form):
    name: Literal["delete"]
    turn: UUID


class Undo(Form):
    """Gives back what an edit took, in turns of other ids. `edit` may itself be an undo."""

    name: Literal["undo", "redo"]
    edit: UUID
    given: Ids
    """As many as the edit took, in the order of their start."""


Operation = Annotated[
    Create | Split | Merge | Move | Assign | Mark | Sort | Accept | Delete | Undo,
    Field(discriminator="name"),
]


OPERATIONS = (
    *("create", "split", "merge", "move", "assign", "mark", "sort", "accept", "delete"),
    *("undo", "redo"),
)


class EditMake(Form):
    id: UUID
    operation: Operation


class SpeechDismiss(Form):
    """One of `heard`, as it is there."""

    start_ms: Moment
    end_ms: Moment


class SpeechDismissed(Public):
    dismissed: int
    """How many there are now."""


class TurnPublic(Public):
    id: UUID
    user_id: UUID
    name: str
    pseudonym: str
    role: GroupRole
    start_ms: int
    end_ms: int
    is_backchannel: bool
    talk: Talk
    state: TurnState


class Turns(Page[TurnPublic]):
    """Turns in order of time, of the index in use, with the detector and the rules that made it."""

    version: str | None
    parameters: dict[str, Any]
    created_at: datetime | None


class EditPublic(Public):
    """One edit: the turns that it took away, and those that it gave, as far as they may be shown
    today."""

    id: UUID
    sequence: int
    operation: str
    reverses: UUID | None
    author_id: UUID
    author: str
    made_at: datetime
    taken: list[TurnPublic]
    given: list[TurnPublic]


class WorkbenchPublic(Public):
    """Everything the workbench starts from. `index_id` and `sequence` say how new it is."""

    index_id: UUID
    sequence: int
    """Of the newest edit; 0 before the first."""
    turns: list[TurnPublic]
    heard: list[tuple[int, int]]
    """Where somebody speaks, from ms to ms, in a file of everybody's voices: whoever it is. Turns
    are made of it by saying who."""
    dismissed: int
    """How many more of them somebody has dismissed: no speech."""
    undo: list[EditPublic]
    """The caller's own edits that can be undone, the latest last: the last fifty. Who has undone
    them asks again for those before."""
    redo: list[EditPublic]
    """The caller's own undos that can be taken back, likewise."""


class News(Public):
    """What happened since. With another `index_id`, everything is to be read anew."""

    index_id: UUID
    edits: list[EditPublic]


class HistoryStep(EditPublic):
    proposed: list[TurnPublic]
    """What its turns go back to: as the machine, or another program, had proposed them. Empty when
    a person began them."""


class History(Public):
    items: list[HistoryStep]
    """The newest first."""
    before: int | None
    """To be given for what is older; null: that was all."""


class HistoryRow(Public):
    """One turn that an edit took (`before`) or gave (`after`). An edit with nothing that may be
    shown any more has one row without a turn."""

    edit: int
    made_at: datetime
    author: str
    operation: str
    side: Literal["before", "after", ""]
    pseudonym: str
    start_ms: int | None
    end_ms: int | None
    is_backchannel: int | None
    """1 or 0, as in the table of turns."""
    talk: Talk | None
    state: TurnState | None
    proposed_turns: int
    """How many proposed turns the edit's turns go back to."""
    proposed_start_ms: int | None
    proposed_end_ms: int | None
    """From the first of them to the last."""


class TurnRulesMake(Form):
    bridge_pause_ms: Annotated[int, Field(ge=0, le=10_000)]
    backchannel_max_ms: Annotated[int, Field(ge=0, le=10_000)]
    minimum_ms: Annotated[int, Field(ge=0, le=10_000)]
    laughter: Laughter
    technical_talk: TechnicalTalk
    note: Annotated[str, Field(max_length=2000)] = ""


class TurnRulesPublic(TurnRulesMake):
    version: int
    """0: eMessi's own, before a programme made any."""
    made_at: datetime | None
    made_by: UUID | None
