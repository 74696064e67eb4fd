"""What may be played and exported under the consents in force. Pure.

A tape rests on one row of the ledger, and a file made of tapes on all of theirs. While those rows
stand, the file may be used. Granting again later does not bring back what a withdrawal refused: the
row that allowed it stays ended.

A person's turns need the purpose `indexing` besides: who agreed to be heard did not thereby agree
to be studied. Their voice is in the media, their turns are not in the index.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.consent import ledger
from app.consent.models import ConsentDecision, Purpose
from app.recordings.models import FileKind, RecordingFile, Source, Tape, TapeState


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
    FileKind.MIXDOWN: frozenset({Source.MICROPHONE}),
    FileKind.PEAKS: frozenset({Source.MICROPHONE}),
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
        if tape.source == Source.MICROPHONE and tape.consent_id in standing:
            heard.add(tape.user_id)
        elif tape.source == Source.MICROPHONE and tape.consent_id in then:
            withdrawn.add(tape.user_id)
    agreed = {
        row.user_id
        for row in rows
        if row.purpose == Purpose.INDEXING and row.id in standing and row.id in then
    }
    return (agreed & heard) - withdrawn


def to_erase(
    tapes: Iterable[Tape], standing: Collection[UUID], over: Collection[UUID] = ()
) -> list[Tape]:
    """The stored tapes that nothing allows any longer; of consents whose time is over, all."""
    held = (TapeState.STORED, TapeState.LOST)
    return [
        t
        for t in tapes
        if (t.state in held and t.consent_id not in standing)
        or (t.state != TapeState.ERASED and t.consent_id in over)
    ]
