"""What may be played and exported under the consents in force. Pure.

A tape rests on one row of the ledger. While that row stands, what was made of the tape may be used;
once it was withdrawn, neither the tape nor any file that holds it may. Granting again later does
not bring it back: the row that allowed it stays ended.

A person's turns need the purpose `indexing` besides: who agreed to be heard did not thereby agree
to be studied. Their voice is in the media, their turns are not in the index.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from app.consent import ledger
from app.consent.models import ConsentDecision, Purpose
from app.recordings.models import FileKind, RecordingFile, Source, Tape, TapeState

PERSON_SOURCES = frozenset({Source.MICROPHONE, Source.CAMERA})
IN_NO_FILE = frozenset({TapeState.WITHDRAWN, TapeState.ERASED})


def behind(file: RecordingFile, tapes: Iterable[Tape]) -> list[Tape]:
    """The tapes whose contents are in a file; a manifest tells of all of them."""
    written = [tape for tape in tapes if tape.state not in IN_NO_FILE]
    kind = FileKind(file.kind)
    if kind is FileKind.MANIFEST:
        return written
    if kind is FileKind.MIXDOWN or (kind is FileKind.PEAKS and file.user_id is None):
        return [tape for tape in written if tape.source == Source.MICROPHONE]
    own = [tape for tape in written if tape.user_id == file.user_id]
    if kind is FileKind.SCREEN:
        return [tape for tape in own if tape.source == Source.SCREEN]
    if kind is FileKind.PEAKS:
        return [tape for tape in own if tape.source == Source.MICROPHONE]
    return [tape for tape in own if tape.source in PERSON_SOURCES]


def usable(
    files: Iterable[RecordingFile], tapes: Collection[Tape], standing: Collection[UUID]
) -> list[RecordingFile]:
    """The files that rest on consents that stand, and on nothing else.

    Media that rests on no consent at all is refused; the manifest of an empty recording is not.
    """
    allowed = []
    for file in files:
        rests_on = behind(file, tapes)
        grounded = bool(rests_on) or file.kind == FileKind.MANIFEST
        if grounded and all(tape.consent_id in standing for tape in rests_on):
            allowed.append(file)
    return allowed


def studied(
    rows: Sequence[ConsentDecision], tapes: Iterable[Tape], indexed_at: datetime
) -> set[UUID]:
    """Whose turns, of an index made at that time, may be used: those whose voice tapes all stand
    and whose consent to indexing was given before and has stood since."""
    standing = ledger.standing(rows)
    voices: dict[UUID, bool] = {}
    for tape in tapes:
        if tape.source == Source.MICROPHONE and tape.state not in IN_NO_FILE:
            voices[tape.user_id] = voices.get(tape.user_id, True) and tape.consent_id in standing
    return {
        row.user_id
        for row in rows
        if row.purpose == Purpose.INDEXING
        and row.id in standing
        and row.decided_at <= indexed_at
        and voices.get(row.user_id, False)
    }


def to_erase(tapes: Iterable[Tape], standing: Collection[UUID]) -> list[Tape]:
    """The stored tapes that nothing allows any longer."""
    return [
        tape
        for tape in tapes
        if tape.state == TapeState.WITHDRAWN
        or (tape.state == TapeState.STORED and tape.consent_id not in standing)
    ]
