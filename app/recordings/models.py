"""What was kept of a meeting: tapes as they were written, tracks and files as they are played."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, String, Text
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id


class RecordingState(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    CLAIMED = "claimed"
    READY = "ready"
    FAILED = "failed"
    ERASED = "erased"


TRANSITIONS: Mapping[RecordingState, frozenset[RecordingState]] = {
    RecordingState.RUNNING: frozenset({RecordingState.STOPPED}),
    RecordingState.STOPPED: frozenset({RecordingState.CLAIMED, RecordingState.ERASED}),
    RecordingState.CLAIMED: frozenset(
        {
            RecordingState.READY,
            RecordingState.FAILED,
            RecordingState.STOPPED,
            RecordingState.ERASED,
        }
    ),
    RecordingState.READY: frozenset({RecordingState.CLAIMED, RecordingState.ERASED}),
    RecordingState.FAILED: frozenset(
        {RecordingState.CLAIMED, RecordingState.STOPPED, RecordingState.ERASED}
    ),
    RecordingState.ERASED: frozenset(),
}


ELSEWHERE = "elsewhere"
"""The node of what was recorded with another program and brought in."""


class Source(StrEnum):
    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    MIXED = "mixed"
    """Everybody's voices, brought from elsewhere in one file: a row for each who was there, under
    that person's own consent, and one file under the same path and key for all."""


VOICES = frozenset({Source.MICROPHONE, Source.MIXED})
"""What a person is heard in."""


class TapeState(StrEnum):
    UPLOADED = "uploaded"
    """Brought from elsewhere: a sealed file that the worker has yet to make a tape of."""
    WRITING = "writing"
    CLOSED = "closed"
    """Whole, and still on the node that wrote it."""
    STORED = "stored"
    """Verified in the media store."""
    LOST = "lost"
    """Its file is on no disk any longer and never reached the store. The row says that it was."""
    ERASED = "erased"


class InterruptionReason(StrEnum):
    DISK = "disk"
    """The node's disk had no room, or refused."""


class FileKind(StrEnum):
    PERSON = "person"
    """One person's voice and camera, WebM."""
    SCREEN = "screen"
    """One person's shared screen, WebM."""
    MIXDOWN = "mixdown"
    """Everybody's voices together, WebM (Opus)."""
    PEAKS = "peaks"
    """Waveform peaks, audiowaveform JSON v2; of one person, or of the mix-down."""
    MANIFEST = "manifest"
    COMPOSITE = "composite"
    """Everybody in one picture over the mix-down, WebM; made when somebody asks for it."""
    PREVIEW = "preview"
    """Small pictures of one person's camera, one beside the other, JPEG."""


NAMING = frozenset({FileKind.COMPOSITE})
"""Files in which names are written."""


class Recording(SQLModel, table=True):
    """Everything kept of one meeting. Stopping and starting again adds tapes, not recordings."""

    __tablename__ = "recordings"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", unique=True)
    state: RecordingState = Field(
        default=RecordingState.RUNNING, sa_type=String, max_length=20, index=True
    )
    node_name: str = Field(max_length=100)
    started_at: datetime = Field(sa_type=UtcDateTime)
    """Zero of the common time line; everything below counts ms from here."""
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    duration_ms: int | None = None
    failure: str | None = Field(default=None, max_length=100)
    """A code with a translation, when the state is `failed`."""
    progress: int = 0
    """Per cent of finalising done."""
    missing: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON)
    """What was published and is not in the files, as in the manifest (`completeness.Missing`).
    None: not counted, because nobody noted what was published."""


class Tape(SQLModel, table=True):
    """One unbroken stretch of writing one source of one person, under one consent."""

    __tablename__ = "tapes"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    publication_id: str = Field(max_length=40)
    source: Source = Field(sa_type=String, max_length=20)
    consent_id: UUID = Field(foreign_key="consent_decisions.id")
    data_key_id: UUID = Field(foreign_key="data_keys.id")
    state: TapeState = Field(default=TapeState.WRITING, sa_type=String, max_length=20)
    node_name: str = Field(max_length=100)
    path: str = Field(max_length=300)
    """`<meeting>/<tape>.tape`, below the spool while writing and in the store afterwards."""
    started_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    size: int = Field(default=0, sa_type=BigInteger)
    spooled: bool = False
    """Its node has not said yet that its disk does not hold it, whatever became of the tape."""


class RecordingInterruption(SQLModel, table=True):
    """A stretch of a running recording of which nothing could be written, of anybody."""

    __tablename__ = "recording_interruptions"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None: it lasts."""
    reason: InterruptionReason = Field(sa_type=String, max_length=20)


class RecordingFile(SQLModel, table=True):
    """One finished, sealed file of a recording."""

    __tablename__ = "recording_files"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    kind: FileKind = Field(sa_type=String, max_length=20)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True)
    data_key_id: UUID = Field(foreign_key="data_keys.id")
    consent_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    """The ledger rows that allow what is in it: all must stand. Empty: it holds no one's media."""
    path: str = Field(max_length=300)
    """Key in the media store."""
    media_type: str = Field(max_length=100)
    size: int = Field(sa_type=BigInteger)
    """Bytes of the plain file, as served."""
    sha256: str = Field(max_length=64)
    """Of the plain file, hex."""
    step_ms: int | None = None
    """Of a preview: the time that one of its pictures stands for. None: `previews.earlier_step`."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class OffRecordSpan(SQLModel, table=True):
    """A stretch that somebody in the room asked not to be recorded. Who it was, is nowhere."""

    __tablename__ = "off_record_spans"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When everyone in the room had agreed to go on; None: they did not, to this day."""


class Erasure(SQLModel, table=True):
    """What withdrawals, or the end of its time, took of one person from one recording: written down
    as it is done.

    It holds ids, paths and counts, and nothing that anybody said.
    """

    __tablename__ = "erasures"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    withdrawal_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    """The ledger rows that ended the consents. Empty: it is the end of its time that took it."""
    destroyed_keys: list[str] = Field(default_factory=list, sa_type=JSON)
    """Ids of data keys. A key that seals something that stands is not among them."""
    deleted_objects: list[str] = Field(default_factory=list, sa_type=JSON)
    """Keys in the media store: tapes, and the finished files that held them."""
    deleted_turns: int = 0
    deleted_lines: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Of transcripts, every version counted."""
    deleted_chat_lines: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    begun_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    attested_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When all of it had been looked for and was gone."""
    receipt: str | None = Field(default=None, sa_type=Text)
    """The signed document that says so, a compact JWS."""


class SpanEnd(StrEnum):
    """How a span of publishing ended."""

    MUTED = "muted"
    TURNED_OFF = "turned_off"
    """The source was given up, or its sender took another place."""
    LEFT = "left"
    LOST = "lost"
    """The person's connection was lost, and nobody came back by it."""
    STOPPED = "stopped"
    """The recording was stopped."""
    OFF_RECORD = "off_record"
    """Somebody asked that nothing be recorded, and so nothing is noted either."""
    NODE_STOPPED = "node_stopped"


class PublicationSpan(SQLModel, table=True):
    """One source was sent, unmuted, while a recording ran: a fact about presence, no content.

    Also of those who are not recorded, so that what is missing can be named: who, which source,
    from when until when, and nothing else. Of nobody while the meeting is off the record.
    """

    __tablename__ = "publication_spans"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    source: Source = Field(sa_type=String, max_length=20)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    how_it_ended: SpanEnd | None = Field(default=None, sa_type=String, max_length=20)


class Track(SQLModel, table=True):
    """One person's voice, camera or screen on the common time line, inside a file."""

    __tablename__ = "tracks"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    source: Source = Field(sa_type=String, max_length=20)
    file_id: UUID = Field(foreign_key="recording_files.id")
    codec: str = Field(max_length=20)
    start_ms: int
    """First moment of media, ms after the recording's start."""
    duration_ms: int
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Gaps with their reasons, packets, frames, alignment error; as in the manifest."""


class Worker(SQLModel, table=True):
    """A worker's sign of life, under the name by which its workflows are known."""

    __tablename__ = "workers"

    name: str = Field(primary_key=True, max_length=200)
    beat_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
