"""Speaking turns (puheenvuorot), the rules and the speech that propose them, the edits of people.

A turn never changes. An edit takes turns away and gives others in their place; every operation of
the workbench, an undo too, has this one form. So what the machine proposed stays beside what
people made of it, and codings may point at a turn for as long as it may be kept.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class TurnState(StrEnum):
    PROPOSED = "proposed"
    """As the machine heard it."""
    ACCEPTED = "accepted"
    """As a person left it."""


class Talk(StrEnum):
    """What a turn is, by a person's mark; no machine tells."""

    SPEECH = "speech"
    TECHNICAL = "technical"
    """About connections and devices."""
    LAUGHTER = "laughter"
    """And nothing else."""


class Laughter(StrEnum):
    """How the programme treats turns that are marked as laughter (see `rules.left_out`)."""

    UNDECLARED = "undeclared"
    WITHIN = "within"
    """It belongs to the turn in which it occurs; alone it is none, and is left out."""
    OWN = "own"
    """Alone it is a turn."""
    LEFT_OUT = "left_out"
    """Turns end where it begins; what is marked as laughter is left out."""


class TechnicalTalk(StrEnum):
    """How it treats turns that are marked as talk about connections and devices."""

    UNDECLARED = "undeclared"
    COUNTED = "counted"
    CODED = "coded"
    """Counted, with a code of its own."""
    LEFT_OUT = "left_out"
    """In no figure, and coded by nobody."""


class TurnRuleSet(SQLModel, table=True):
    """One version of a programme's rules; the newest is in force. Never changed."""

    __tablename__ = "turn_rules"
    __table_args__ = (UniqueConstraint("programme_id", "version"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programmes.id", index=True, ondelete="CASCADE")
    version: int
    """From 1; before the first, eMessi's own rules are in force."""
    bridge_pause_ms: int
    backchannel_max_ms: int
    minimum_ms: int
    laughter: Laughter = Field(sa_type=String, max_length=20)
    technical_talk: TechnicalTalk = Field(sa_type=String, max_length=20)
    note: str = Field(default="", max_length=2000)
    """Why, and what else coders agree on."""
    made_by: UUID | None = Field(default=None, foreign_key="users.id")
    """None: carried over from before rules had versions."""
    made_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Speech(SQLModel, table=True):
    """Where one person speaks in a recording: what turns are proposed from, under any rules."""

    __tablename__ = "speech"

    recording_id: UUID = Field(foreign_key="recordings.id", primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", primary_key=True, index=True)
    segments: list[list[int]] = Field(sa_type=JSON)
    """[start, end] in ms after the recording's start, in order."""
    heard_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class SharedSpeech(SQLModel, table=True):
    """Where somebody speaks in a file of everybody's voices; nobody has said who."""

    __tablename__ = "shared_speech"

    recording_id: UUID = Field(foreign_key="recordings.id", primary_key=True)
    segments: list[list[int]] = Field(default_factory=list, sa_type=JSON)
    """[start, end] in ms after the recording's start, in order."""
    dismissed: list[list[int]] = Field(default_factory=list, sa_type=JSON)
    """Those of them in which nobody speaks, by a person's judgement: a chair, a door."""
    consent_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    """The ledger rows of everybody who may be heard: all must stand."""
    heard_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class TurnIndex(SQLModel, table=True):
    """One run of the detection over one recording; the newest is the one in use."""

    __tablename__ = "turn_indexes"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    version: str = Field(max_length=60)
    """Name and version of the detector."""
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    rules_id: UUID | None = Field(default=None, foreign_key="turn_rules.id", ondelete="SET NULL")
    """None: eMessi's own rules."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    """When the speech was heard: whom the index covers is asked of the consents of that moment,
    also when the rules make new turns of the same speech later."""


class TurnEdit(SQLModel, table=True):
    """One act of one person at the workbench. The turns say which it took and which it gave."""

    __tablename__ = "turn_edits"
    __table_args__ = (UniqueConstraint("recording_id", "sequence"),)

    id: UUID = Field(primary_key=True)
    """Chosen by the client, so that an edit sent twice is done once."""
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    sequence: int
    """Place among the recording's edits; what erasure empties leaves a gap."""
    operation: str = Field(max_length=20)
    reverses: UUID | None = None
    """Of an undo or a redo: which edit. It may be erased since."""
    author_id: UUID = Field(foreign_key="users.id", index=True)
    made_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


def _touched_by(column: str) -> Index:
    """Of the few that an edit touched: an index of all would lead to every live turn there is."""
    where = text(f"{column} IS NOT NULL")
    return Index(f"ix_turns_{column}", column, sqlite_where=where, postgresql_where=where)


class Turn(SQLModel, table=True):
    """One person's continuous holding of the floor; ms after the recording's start."""

    __tablename__ = "turns"
    __table_args__ = (_touched_by("added_by_edit"), _touched_by("removed_by_edit"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    index_id: UUID = Field(foreign_key="turn_indexes.id", index=True)
    """The run that proposed it, or that was in use when a person made it."""
    user_id: UUID = Field(foreign_key="users.id", index=True)
    start_ms: int
    end_ms: int
    is_backchannel: bool = False
    talk: Talk = Field(
        default=Talk.SPEECH,
        sa_type=String,
        max_length=20,
        sa_column_kwargs={"server_default": Talk.SPEECH},
    )
    state: TurnState = Field(default=TurnState.PROPOSED, sa_type=String, max_length=20)
    added_by_edit: UUID | None = Field(default=None, foreign_key="turn_edits.id")
    """None: the machine proposed it."""
    removed_by_edit: UUID | None = Field(default=None, foreign_key="turn_edits.id")
    """None: it is live."""
    made_from: UUID | None = None
    """The turn that it took the place of, for what was attached to that one. It may be erased
    since."""


class DrawnFigures(SQLModel, table=True):
    """What chance makes of a recording's turns: figures of all together, each with its draws, kept
    because they take long to draw. `app.analysis.kept` makes and reads them; they go with what they
    were made of."""

    __tablename__ = "drawn_figures"

    recording_id: UUID = Field(foreign_key="recordings.id", primary_key=True)
    made_of: str = Field(max_length=64)
    """SHA-256 of all that they depend on; empty where there was nothing to draw from."""
    names: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    """Of whom, and the figure."""
    draws: bytes = b""
    """float32, little-endian: for each name what happened, then each draw."""
    made_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
