"""Who saw, played, exported or erased what, and when: append-only, in hash chains.

One chain per programme, and one of the installation for what belongs to no programme. An entry is
written when the transaction of the act commits, as the last thing before it: both are kept, or
neither. The head of a chain is locked only for that moment and after every other lock, several
heads in the order of their ids, so that no two transactions can wait for each other.

No content, no network address: ids, codes and counts. The ids refer to nothing by key, because the
log outlives what it speaks of.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import JSON, Uuid, bindparam, event, insert, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, UniqueConstraint, col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import READ_ONLY, Database, UtcDateTime, now
from app.kit.ids import new_id

GENESIS = "0" * 64
INSTALLATION = UUID(int=0)
"""The chain of what belongs to no programme."""
SAME_USE = timedelta(minutes=10)
"""A player asks for one file in hundreds of pieces: within this, the same person's same use of the
same thing is one entry. Lower: more rows that say nothing new. Higher: second looks go unseen."""
SAME = ("actor_id", "deed", "result", "object_kind", "object_id")
"""What makes it the same: the turns and the words of one recording are two things."""
PENDING = "audit_pending"


class Deed(StrEnum):
    """What was done."""

    WATCHED = "watched"
    """The page or the description of a recording was opened."""
    PLAYED = "played"
    DOWNLOADED = "downloaded"
    READ_TURNS = "read_turns"
    READ_CODES = "read_codes"
    """What coders had said of a recording's turns was read: who has cannot code it blind."""
    EDITED_TURNS = "edited_turns"
    READ_FIGURES = "read_figures"
    """Figures that tell of people were read: who spoke how much, how they were connected."""
    READ_TRANSCRIPT = "read_transcript"
    SEARCHED = "searched"
    """The words of a programme's meetings were searched; for what, is not kept."""
    READ_CONSENTS = "read_consents"
    """What people had decided about their consents was read."""
    READ_CHAT = "read_chat"
    """What people had written to one another was read."""
    CHAT_REMOVED = "chat_removed"
    TRANSCRIPT_ASKED = "transcript_asked"
    """A machine was asked to write a recording down."""
    TRANSCRIPT_IMPORTED = "transcript_imported"
    TRANSCRIPT_EDITED = "transcript_edited"
    TAPES_GIVEN_UP = "tapes_given_up"
    """A recording was finished without what is on a node that is gone."""
    MEETING_IMPORTED = "meeting_imported"
    """A meeting recorded elsewhere was entered; a track or turns of it were brought in."""
    PAPER_ENTERED = "paper_entered"
    """A consent that somebody gave on paper was entered for them."""
    READ_NOTES = "read_notes"
    """Others' observation notes were read."""
    NOTE_WRITTEN = "note_written"
    NOTE_EDITED = "note_edited"
    NOTE_REMOVED = "note_removed"
    READ_ANSWERS = "read_answers"
    """People's answers to a survey were laid beside their turns."""
    ANSWERS_IMPORTED = "answers_imported"
    ANSWERS_REPLACED = "answers_replaced"
    ANSWERS_REMOVED = "answers_removed"
    EXPORTED = "exported"
    COPIES_SEEN_TO = "copies_seen_to"
    """A coordinator has seen to it that copies of what somebody withdrew are deleted."""
    ERASED = "erased"
    TEXT_PUBLISHED = "text_published"
    CODEBOOK_PUBLISHED = "codebook_published"
    CODING_ASSIGNED = "coding_assigned"
    CODINGS_MAPPED = "codings_mapped"
    """Codings were carried over to another version of their codebook."""
    MEMBER_JOINED = "member_joined"
    MEMBER_REMOVED = "member_removed"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    RETENTION_CHANGED = "retention_changed"
    RETENTION_RUN = "retention_run"
    HOLD_SET = "hold_set"
    HOLD_LIFTED = "hold_lifted"
    OWN_DATA_TAKEN = "own_data_taken"
    PERSON_ERASED = "person_erased"
    SAMPLE_DRAWN = "sample_drawn"
    LOG_TAKEN = "log_taken"
    """The audit log itself left as a file."""


class Result(StrEnum):
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class Doer:
    """Who did it, and in which role: a role of people, `self`, `worker` or `command`."""

    user_id: UUID | None
    role: str


WORKER = Doer(None, "worker")
COMMAND = Doer(None, "command")
"""Someone at the installation's own command line."""


@dataclass(frozen=True)
class About:
    """To what it was done, where that lies, and whose data it is (None: several people's)."""

    kind: str
    id: UUID | None = None
    subject_id: UUID | None = None
    programme_id: UUID | None = None
    group_id: UUID | None = None
    meeting_id: UUID | None = None


class AuditEntry(SQLModel, table=True):
    """One row of the log. The database refuses to change or delete it."""

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("chain", "sequence"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    chain: UUID
    sequence: int
    """Place in the chain, from 1 without gaps."""
    at: datetime = Field(sa_type=UtcDateTime)
    actor_id: UUID | None = Field(default=None, index=True)
    actor_role: str = Field(max_length=20)
    deed: str = Field(max_length=30)
    result: str = Field(max_length=10)
    object_kind: str = Field(max_length=20)
    object_id: UUID | None = Field(default=None, index=True)
    subject_id: UUID | None = Field(default=None, index=True)
    group_id: UUID | None = None
    meeting_id: UUID | None = Field(default=None, index=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Counts and codes, never content."""
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """Where a chain ends: the lock of its one writer, and what shows that its end was cut off."""

    __tablename__ = "audit_heads"

    chain: UUID = Field(primary_key=True)
    length: int = 0
    hash: str = Field(default=GENESIS, max_length=64)


class _Pending(NamedTuple):
    chain: UUID
    fields: dict[str, Any]
    within: timedelta | None


def record(
    db: AsyncSession,
    deed: Deed,
    doer: Doer,
    about: About,
    *,
    result: Result = Result.DONE,
    details: Mapping[str, int | str] | None = None,
    within: timedelta | None = None,
) -> None:
    """Writes the entry when this transaction commits; with `within`, unless the same person did
    the same to the same thing so short a time ago."""
    if db.info.get(READ_ONLY):
        raise RuntimeError("what is only read is never committed, nor is an entry about it")
    fields = {
        "actor_id": doer.user_id,
        "actor_role": doer.role,
        "deed": str(deed),
        "result": str(result),
        "object_kind": about.kind,
        "object_id": about.id,
        "subject_id": about.subject_id,
        "group_id": about.group_id,
        "meeting_id": about.meeting_id,
        "details": dict(details or {}),
    }
    chain = about.programme_id or INSTALLATION
    db.info.setdefault(PENDING, []).append(_Pending(chain, fields, within))


async def witness(
    database: Database,
    db: AsyncSession,
    deed: Deed,
    doer: Doer,
    about: About,
    *,
    result: Result = Result.DONE,
    within: timedelta | None = SAME_USE,
) -> None:
    """For what is only read: the entry is in the log when this returns, and what it tells of
    happens afterwards. Raises when it cannot be written."""
    same = (doer.user_id, str(deed), str(result), about.kind, about.id)
    lately = _lately(dict(zip(SAME, same, strict=True)), within) if within else None
    if lately is not None and (await db.exec(lately)).first():
        return
    async with database.transaction() as writing:
        record(writing, deed, doer, about, result=result, within=within)


def digest(row: AuditEntry) -> str:
    """SHA-256, hex, over every field but the hash itself, as JSON with sorted keys."""
    fields = row.model_dump(exclude={"hash"})
    fields["at"] = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(json.dumps(fields, sort_keys=True, default=str).encode()).hexdigest()


@dataclass
class Check:
    """A chain read row by row, in its order, up to its head."""

    length: int = 0
    last_hash: str = GENESIS
    broken_at: int | None = None
    """The first place that is not as it was written."""

    def read(self, row: AuditEntry) -> None:
        if self.broken_at is not None:
            return
        follows = (row.sequence, row.previous_hash) == (self.length + 1, self.last_hash)
        if not follows or row.hash != digest(row):
            self.broken_at = self.length + 1
            return
        self.length, self.last_hash = row.sequence, row.hash

    def end(self, head: AuditHead | None) -> None:
        """Rows cut off at the end leave a head that says more."""
        told = (head.length, head.hash) if head else (0, GENESIS)
        if self.broken_at is None and told != (self.length, self.last_hash):
            self.broken_at = self.length + 1


def _lately(same: Mapping[str, Any], within: timedelta) -> Any:
    query = select(col(AuditEntry.id)).where(col(AuditEntry.at) > now() - within).limit(1)
    for name, value in same.items():
        column = getattr(AuditEntry, name)
        query = query.where(column.is_(None) if value is None else column == value)
    return query


@event.listens_for(Session, "before_commit")
def _write(db: Session) -> None:
    pending: list[_Pending] = db.info.pop(PENDING, [])
    if pending:
        db.flush()  # whatever locks the rest still takes, it takes before the head's
    for chain in sorted({each.chain for each in pending}):
        _append(db, chain, [each for each in pending if each.chain == chain])


def _append(db: Session, chain: UUID, pending: Sequence[_Pending]) -> None:
    new = text(
        "INSERT INTO audit_heads (chain, length, hash) VALUES (:c, 0, :h) ON CONFLICT DO NOTHING"
    )
    db.execute(new.bindparams(bindparam("c", chain, Uuid()), bindparam("h", GENESIS)))
    ends = select(col(AuditHead.length), col(AuditHead.hash)).where(col(AuditHead.chain) == chain)
    length, previous = db.execute(ends.with_for_update()).one()
    for each in pending:
        same = {name: each.fields[name] for name in SAME}
        if each.within and db.execute(_lately(same, each.within)).first():
            continue
        length += 1
        row = AuditEntry(
            chain=chain, sequence=length, at=now(), previous_hash=previous, hash="", **each.fields
        )
        row.hash = previous = digest(row)
        db.execute(insert(AuditEntry).values(**row.model_dump()))
    db.execute(
        update(AuditHead).where(col(AuditHead.chain) == chain).values(length=length, hash=previous)
    )
