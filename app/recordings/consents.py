"""What may be played and exported under the consents in force. Pure.

A tape rests on one row of the ledger. While that row stands, what was made of the tape may be used;
once it was withdrawn, neither the tape nor any file that holds it may. A person's turns need the
purpose `indexing` besides: who agreed to be heard did not thereby agree to be studied.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from app.recordings.models import FileKind, RecordingFile, Source, Tape, TapeState

SHARED = frozenset({FileKind.MIXDOWN, FileKind.MANIFEST})
PERSON_SOURCES = frozenset({Source.MICROPHONE, Source.CAMERA})


def behind(file: RecordingFile, tapes: Iterable[Tape]) -> list[Tape]:
    """The tapes whose contents are in a file; a manifest holds no one's media."""
    written = [tape for tape in tapes if tape.state != TapeState.ERASED]
    kind = FileKind(file.kind)
    if kind is FileKind.MANIFEST:
        return []
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
    """The files that rest on nothing but consents that stand."""
    return [
        file for file in files if all(tape.consent_id in standing for tape in behind(file, tapes))
    ]


def to_erase(tapes: Iterable[Tape], standing: Collection[UUID]) -> list[Tape]:
    """The tapes that nothing allows any longer."""
    return [t for t in tapes if t.state != TapeState.ERASED and t.consent_id not in standing]
