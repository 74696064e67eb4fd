"""Whether everything kept was allowed when it was written: each tape and file against the ledger.

A tape names one row of the ledger. That row must be a grant of the right purpose by the right
person, older than the tape, and not ended by a refusal or withdrawal before the tape began, nor,
while the tape is kept, before it ended. A finished file must say the same of every row it names; it
may be made after a withdrawal that kept what was recorded, of which the tapes tell. The rooms above
say the same of what they keep.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.consent import ledger, service
from app.consent.models import ConsentDecision, Decision, Purpose
from app.consent.receipt import shown
from app.consent.texts import sha256_of
from app.groups.models import Group
from app.kit.db import now
from app.kit.ids import made_at
from app.meetings.models import Meeting
from app.recordings.consents import SOURCES
from app.recordings.models import (
    ELSEWHERE,
    FileKind,
    Recording,
    RecordingFile,
    RecordingState,
    Source,
    Tape,
    TapeState,
)

PURPOSE_OF = {
    Source.MICROPHONE: Purpose.AUDIO,
    Source.MIXED: Purpose.AUDIO,
    Source.CAMERA: Purpose.VIDEO,
    Source.SCREEN: Purpose.VIDEO,
}
"""What a person must have granted before a byte of this source is kept."""
CLOCKS = timedelta(seconds=2)
"""The clocks of two machines may differ by so much: a decision and a tape may be dated by different
ones. Lower: a fault is told where there is none. Higher: a tape begun so soon after a withdrawal,
or that went on for so long, passes."""


class Objection(StrEnum):
    NOTHING_NAMED = "nothing_named"
    """No row, or none of one of the purposes that are needed."""
    UNKNOWN = "unknown"
    """No row of this group's ledger."""
    ANOTHER_PERSON = "another_person"
    ANOTHER_PURPOSE = "another_purpose"
    NOT_GRANTED = "not_granted"
    LATER = "later"
    """Granted only after it was written."""
    ENDED = "ended"
    """Refused or withdrawn before it was written."""
    RAN_ON = "ran_on"
    """Refused or withdrawn while it was written, and written on."""


class Fault(NamedTuple):
    what: Literal["tape", "file", "line", "chat", "speech", "turns", "quality"]
    """A line is one version of a line of a transcript, a chat one line of a chat, quality a stretch
    of the log of connections. Speech is where somebody speaks in a recording, by its id; turns are
    somebody's in an index, by that of the index."""
    id: UUID
    row_id: str
    """Of the ledger; empty when none is named."""
    objection: Objection


@dataclass(frozen=True)
class Examination:
    """What was found in one group."""

    group_id: UUID
    head: ledger.Head
    chain: Sequence[ConsentDecision]
    broken: ledger.Break | None
    lost_texts: Sequence[int]
    """Sequence numbers of rows whose text is gone or is not what its hash says."""
    counted: Mapping[str, int]
    """What was looked at: how many of each kind."""
    faults: Sequence[Fault]

    @property
    def is_good(self) -> bool:
        return self.broken is None and not self.lost_texts and not self.faults


async def examine(db: AsyncSession, group_id: UUID) -> Examination:
    rows = await service.chain(db, group_id)
    recordings = of_group(group_id)
    tape_query = select(Tape).where(col(Tape.recording_id).in_(recordings))
    run_query = select(Recording.id).where(
        col(Recording.id).in_(recordings), Recording.state == RecordingState.RUNNING
    )
    file_query = select(RecordingFile).where(col(RecordingFile.recording_id).in_(recordings))
    tapes = (await db.exec(tape_query.order_by(col(Tape.id)))).all()
    files = (await db.exec(file_query.order_by(col(RecordingFile.id)))).all()
    running = set((await db.exec(run_query)).all())
    bodies = await shown(db, {row.text_sha256 for row in rows if row.text_sha256})
    return Examination(
        group_id,
        ledger.head(rows),
        rows,
        ledger.verify(rows, await service.head(db, group_id)),
        [r.sequence for r in rows if r.text_sha256 and not _kept(r.text_sha256, bodies)],
        {"tapes": len(tapes), "finished files": len(files)},
        list(faults(rows, tapes, files, running)),
    )


async def groups(db: AsyncSession) -> list[UUID]:
    return list((await db.exec(select(Group.id).order_by(col(Group.id)))).all())


def faults(
    rows: Iterable[ConsentDecision],
    tapes: Iterable[Tape],
    files: Iterable[RecordingFile],
    running: Collection[UUID],
) -> Iterator[Fault]:
    """Everything that was written without a consent that allowed it then. `running`: recordings
    that run, whose open tapes are written at this moment."""
    book = Book(rows)
    for tape in tapes:
        needed, row_id = {PURPOSE_OF[Source(tape.source)]}, str(tape.consent_id)
        found = book.objection(row_id, tape.user_id, needed, _kept_at(tape))
        ended_at = _ended_at(tape, running)
        if found is None and ended_at is not None and not book.covers(row_id, ended_at):
            found = Objection.RAN_ON
        if found:
            yield Fault("tape", tape.id, row_id, found)
    for file in files:
        kind = FileKind(file.kind)
        allowing = {PURPOSE_OF[source] for source in SOURCES[kind]}
        if not file.consent_ids and kind != FileKind.MANIFEST:
            yield Fault("file", file.id, "", Objection.NOTHING_NAMED)
        for row_id in file.consent_ids:
            found = book.objection(row_id, file.user_id, allowing, file.created_at, of_earlier=True)
            if found:
                yield Fault("file", file.id, row_id, found)


def _kept_at(tape: Tape) -> datetime:
    """From when it was kept. One from elsewhere began before anybody could agree here."""
    return made_at(tape.id) if tape.node_name == ELSEWHERE else tape.started_at


def _ended_at(tape: Tape, running: Collection[UUID]) -> datetime | None:
    """Until when what is kept of it was written. None: it came from elsewhere, where nobody wrote
    by our ledger; nothing of it is kept; or its node left it behind, nobody knows when."""
    if tape.node_name == ELSEWHERE or tape.state == TapeState.ERASED:
        return None
    return tape.ended_at or (now() if tape.recording_id in running else None)


def of_group(group_id: UUID) -> SelectOfScalar[UUID]:
    """Its recordings' ids, as one part of a query."""
    return (
        select(Recording.id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(Meeting.group_id == group_id)
    )


class Book:
    """The ledger of a group, opened where it is asked for."""

    def __init__(self, rows: Iterable[ConsentDecision]) -> None:
        self._by_id: dict[str, ConsentDecision] = {}
        self._ends: dict[tuple[UUID, str], list[ConsentDecision]] = {}
        for row in rows:
            self._by_id[str(row.id)] = row
            if row.decision != Decision.GRANTED:
                self._ends.setdefault((row.user_id, row.purpose), []).append(row)

    def purposes(self, row_ids: Iterable[str]) -> set[Purpose]:
        """What these rows are about."""
        found = (self._by_id.get(row_id) for row_id in row_ids)
        return {Purpose(row.purpose) for row in found if row is not None}

    def objection(
        self,
        row_id: str,
        owner: UUID | None,
        purposes: Collection[Purpose],
        written_at: datetime,
        *,
        of_earlier: bool = False,
    ) -> Objection | None:
        """Why this row does not allow what was written then; without an owner, of anybody.
        `of_earlier`: it was made of what was kept before, and a withdrawal that left that allowed
        it still."""
        row = self._by_id.get(row_id)
        if row is None:
            return Objection.UNKNOWN
        if owner not in (None, row.user_id):
            return Objection.ANOTHER_PERSON
        if row.purpose not in purposes:
            return Objection.ANOTHER_PURPOSE
        if row.decision != Decision.GRANTED:
            return Objection.NOT_GRANTED
        if row.decided_at > written_at + CLOCKS:
            return Objection.LATER
        ends = [end for end in self._ends_of(row) if not (of_earlier and end.keeps_earlier)]
        if any(end.decided_at < written_at - CLOCKS for end in ends):
            return Objection.ENDED
        return None

    def covers(self, row_id: str, until: datetime) -> bool:
        """Whether nothing had ended this grant by then."""
        ends = self._ends_of(self._by_id[row_id])
        return not any(end.decided_at < until - CLOCKS for end in ends)

    def allows(
        self, user_id: UUID, purpose: Purpose, made_at: datetime, until: datetime
    ) -> Objection | None:
        """Why no grant of this person allows what was made then of what they did until then."""
        found: Objection | None = Objection.NOTHING_NAMED
        for row in self._by_id.values():
            if (row.user_id, row.purpose, row.decision) == (user_id, purpose, Decision.GRANTED):
                row_id = str(row.id)
                found = self.objection(row_id, user_id, {purpose}, made_at, of_earlier=True)
                if found is None and not self.covers(row_id, until):
                    found = Objection.RAN_ON
                if found is None:
                    return None
        return found

    def _ends_of(self, row: ConsentDecision) -> list[ConsentDecision]:
        """What refused or withdrew it, in their order."""
        ends = self._ends.get((row.user_id, row.purpose), ())
        return [end for end in ends if end.sequence > row.sequence]


def _kept(sha256: str, bodies: dict[str, str]) -> bool:
    return sha256 in bodies and sha256_of(bodies[sha256]) == sha256
