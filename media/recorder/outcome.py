"""What the steps of finalising hand to one another. It outlives the process, because DBOS keeps it,
and an erasure too: nothing is in it that `indexing` is asked for.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.recordings.models import FileKind, Source


@dataclass(frozen=True)
class PlannedTape:
    id: UUID
    user_id: UUID
    source: Source
    consent_id: UUID
    data_key_id: UUID
    path: str
    size: int
    span_ms: tuple[int, int | None] = (0, None)
    """From when until when it was written, ms after the recording's start; None: nobody says."""


@dataclass(frozen=True)
class LeftOut:
    """A tape that goes into nothing, and why: `consent`, `erased`, `lost`, `not_stored`,
    `unreadable`."""

    tape_id: UUID
    user_id: UUID
    source: Source
    reason: str
    span_ms: tuple[int, int | None] = (0, None)


@dataclass(frozen=True)
class Interruption:
    """Nothing was written of anybody; ms after the recording's start."""

    start_ms: int
    end_ms: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """What may be used of a recording at the moment of planning."""

    recording_id: UUID
    meeting_id: UUID
    group_id: UUID
    started_ns: int
    stopped_ms: int
    """When the recording was stopped, ms after its start."""
    tapes: tuple[PlannedTape, ...]
    left_out: tuple[LeftOut, ...]
    indexed: frozenset[UUID]
    """Those whose turns may be stored."""
    interruptions: tuple[Interruption, ...] = ()
    indexed_until: dict[UUID, int] = field(default_factory=dict)
    """Of these, who since withdrew and kept what there was: turns up to this ms only."""

    @property
    def users(self) -> list[UUID]:
        return sorted({tape.user_id for tape in self.tapes})

    @property
    def mixed(self) -> UUID | None:
        """Under whose row a file of everybody's voices is read, if there is one."""
        return min((t.user_id for t in self.tapes if t.source == Source.MIXED), default=None)

    @property
    def all_indexed(self) -> bool:
        """Whether everybody in a mixed file may be studied, to its end."""
        there = {t.user_id for t in self.tapes if t.source == Source.MIXED}
        return there <= self.indexed and not there & self.indexed_until.keys()

    @property
    def consents(self) -> frozenset[UUID]:
        return frozenset(tape.consent_id for tape in self.tapes)


@dataclass(frozen=True)
class Verified:
    """How one tape reads."""

    tape_id: UUID
    ending: str
    cut_bytes: int
    packets: int


@dataclass(frozen=True)
class MadeFile:
    kind: FileKind
    user_id: UUID | None
    data_key_id: UUID
    consent_ids: list[str]
    path: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class MadeTrack:
    user_id: UUID
    source: Source
    path: str
    """Of the file that holds it."""
    codec: str
    start_ms: int
    duration_ms: int
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonMedia:
    files: tuple[MadeFile, ...] = ()
    tracks: tuple[MadeTrack, ...] = ()


Speech = tuple[tuple[int, int], ...]
"""(start, end) in ms of the common clock."""


@dataclass(frozen=True)
class Noted:
    """In which sealed file of the run is written where somebody speaks."""

    path: str
    data_key_id: UUID
