"""What may be played and exported under the consents in force. Pure.

A tape rests on one row of the ledger, and a file made of tapes on all of theirs. While those rows
stand, the file may be used. Granting again later does not bring back what a withdrawal refused: the
row that allowed it stays ended.

A person's turns need the purpose `indexing` besides: who agreed to be heard did not thereby agree
to be studied. Their voice is in the media, their turns are not in the index.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.consent import ledger
from app.consent.models import ConsentDecision, Purpose
from app.recordings.models import (
    ELSEWHERE,
    VOICES,
    FileKind,
    RecordingFile,
    Source,
    Tape,
    TapeState,
)


class Taped(Protocol):
    """What is asked of a tape here: whose, of what, and what allows it."""

    @property
    def user_id(self) -> UUID: ...

    @property
    def source(self) -> Source: ...

    @property
    def consent_id(self) -> UUID: ...


SOURCES = {
    FileKind.PERSON: frozenset({Source.MICROPHONE, Source.CAMERA}),
    FileKind.SCREEN: frozenset({Source.SCREEN}),
    FileKind.MIXDOWN: VOICES,
    FileKind.PEAKS: VOICES,
    FileKind.MANIFEST: frozenset(Source),
    FileKind.COMPOSITE: frozenset(Source),
    FileKind.PREVIEW: frozenset({Source.CAMERA}),
}
"""What goes into a file of each kind. A manifest tells how long each person was heard and seen."""


def rests_on(kind: FileKind, user_id: UUID | None, tapes: Iterable[Taped]) -> list[str]:
    """The ledger rows that allow a file of this kind, made of these tapes: of one person's, or of
    everybody's when it has no owner."""
    inside = (t for t in tapes if user_id in (None, t.user_id) and t.source in SOURCES[kind])
    return sorted({str(tape.consent_id) for tape in inside})


def usable(files: Iterable[RecordingFile], standing: Collection[UUID]) -> list[RecordingFile]:
    """The files that rest on consents that stand, and on nothing else.

    Media that names no consent is refused; the manifest of an empty recording is not.
    """
    stands = {str(id_) for id_ in standing}
    return [
        file
        for file in files
        if (file.consent_ids or file.kind == FileKind.MANIFEST)
        and stands.issuperset(file.consent_ids)
    ]


def studied(
    rows: Sequence[ConsentDecision], tapes: Iterable[Tape], indexed_at: datetime
) -> set[UUID]:
    """Whose turns, of an index made at that time, may be used.

    Those whose consent to indexing was given before and stands, and each of whose voice tapes has
    a consent that stands or had lost it before: a tape without consent goes into no index.
    """
    then = ledger.standing(row for row in rows if row.decided_at <= indexed_at)
    standing = ledger.standing(rows)
    withdrawn, heard = set(), set()
    for tape in tapes:
        if tape.source in VOICES and tape.consent_id in standing:
            heard.add(tape.user_id)
        elif tape.source in VOICES and tape.consent_id in then:
            withdrawn.add(tape.user_id)
    agreed = {
        row.user_id
        for row in rows
        if row.purpose == Purpose.INDEXING and row.id in standing and row.id in then
    }
    return (agreed & heard) - withdrawn


def allowed(tapes: Iterable[Tape], rows: Sequence[ConsentDecision]) -> set[UUID]:
    """The tapes that may be used: their consent stands, and was not closed when they began.

    A withdrawal that keeps what was recorded leaves the tapes from before it, and none from later,
    whoever may have begun one by mistake.
    """
    standing, closed = ledger.standing(rows), ledger.closed_at(rows)
    return {
        tape.id
        for tape in tapes
        if tape.consent_id in standing
        and not (tape.consent_id in closed and tape.started_at >= closed[tape.consent_id])
    }


def ran_on(tapes: Iterable[Tape], rows: Sequence[ConsentDecision]) -> dict[UUID, datetime]:
    """The stored tapes that went on after the withdrawal that keeps what came before it, because
    word of it had not yet come to their node; and that moment. What was recorded elsewhere went on
    after nothing: it was over before anybody decided here."""
    tapes, closed = list(tapes), ledger.closed_at(rows)
    usable = allowed(tapes, rows)
    return {
        tape.id: closed[tape.consent_id]
        for tape in tapes
        if tape.state == TapeState.STORED
        and tape.id in usable
        and tape.node_name != ELSEWHERE
        and tape.ended_at is not None
        and tape.consent_id in closed
        and tape.ended_at > closed[tape.consent_id]
    }


HELD = frozenset({TapeState.UPLOADED, TapeState.CLOSED, TapeState.STORED, TapeState.LOST})
"""Whole, wherever they are: also on a node that cannot hand them over, or on a disk that somebody
may find."""


def to_erase(
    tapes: Iterable[Tape],
    rows: Sequence[ConsentDecision],
    over: Collection[UUID] = (),
    *,
    runs: bool = False,
) -> list[Tape]:
    """The kept tapes that nothing allows any longer; of consents whose time is over, all. `runs`:
    the recording does, and what is being written is ended by its node. When it does not, a tape
    that is being written is one that its node left behind."""
    tapes, held = list(tapes), HELD if runs else HELD | {TapeState.WRITING}
    usable = allowed(tapes, rows)
    return [
        t
        for t in tapes
        if (t.state in held and t.id not in usable)
        or (t.state != TapeState.ERASED and t.consent_id in over)
    ]


def along_with(going: Collection[Tape], tapes: Iterable[Tape]) -> list[Tape]:
    """The rows of others whose voices are in a mixed file that goes. Their consents stand, and what
    is known of them by it stays: only the sound they share is gone."""
    mixed = {tape.path for tape in going if tape.source == Source.MIXED}
    own = {tape.id for tape in going}
    return [
        tape
        for tape in tapes
        if tape.path in mixed and tape.id not in own and tape.state != TapeState.ERASED
    ]


def indexed_until(rows: Sequence[ConsentDecision], started_at: datetime) -> dict[UUID, int | None]:
    """Those whose speech in a recording may be indexed, and up to which ms of it; None: all of it.

    Who withdrew from being studied and kept what there was is indexed up to that moment.
    """
    until: dict[UUID, int | None] = {}
    standing, closed = ledger.standing(rows), ledger.closed_at(rows)
    for row in rows:
        if row.purpose != Purpose.INDEXING or row.id not in standing:
            continue
        if row.id not in closed:
            until[row.user_id] = None
        elif closed[row.id] > started_at:
            until[row.user_id] = (closed[row.id] - started_at) // timedelta(milliseconds=1)
    return until
