"""Whose words may be written down, and which may still be read. Pure.

A person's words rest on that person's consents to `transcript` and to `audio`: on the rows of the
ledger that stood when they were written down. While those stand, the words may be used; granting
again does not bring back what a withdrawal took.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.consent import ledger
from app.consent.models import ConsentDecision, Purpose
from app.recordings import consents
from app.recordings.models import VOICES, Tape
from app.transcripts.models import Utterance

WORDS = (Purpose.AUDIO, Purpose.TRANSCRIPT)
"""The purposes that words rest on."""


@dataclass(frozen=True)
class Ground:
    """What one person's words in a recording may rest on."""

    consent_ids: tuple[str, ...]
    until_ms: int | None
    """Who withdrew and kept what there was is written down up to here; None: all of it."""

    def covers(self, end_ms: int) -> bool:
        return self.until_ms is None or end_ms <= self.until_ms


def grounds(
    rows: Sequence[ConsentDecision], tapes: Iterable[Tape], started_at: datetime
) -> dict[UUID, Ground]:
    """Those whose words may be written down now.

    Whose voice was recorded, and of whom every tape that is not erased may still be used.
    """
    usable, closed = consents.allowed(tapes := list(tapes), rows), ledger.closed_at(rows)
    refused = {t.user_id for t in _voices(tapes) if t.id not in usable and t.size}
    given: dict[UUID, ConsentDecision] = {}
    standing = ledger.standing(rows)
    for row in rows:
        if row.purpose == Purpose.TRANSCRIPT and row.id in standing:
            given[row.user_id] = row
    found: dict[UUID, Ground] = {}
    for user_id, row in given.items():
        audio = {str(t.consent_id) for t in _voices(tapes) if t.user_id == user_id and t.size}
        until_ms = None
        if row.id in closed:
            until_ms = (closed[row.id] - started_at) // timedelta(milliseconds=1)
        if audio and user_id not in refused and (until_ms is None or until_ms > 0):
            found[user_id] = Ground(tuple(sorted({str(row.id), *audio})), until_ms)
    return found


def _voices(tapes: Iterable[Tape]) -> list[Tape]:
    return [tape for tape in tapes if tape.source in VOICES]


def usable(utterances: Iterable[Utterance], standing: Collection[UUID]) -> list[Utterance]:
    """The words that rest on consents that stand, and on nothing else. Words that name no consent
    are refused."""
    return [each for each in utterances if stands(each.consent_ids, standing)]


def stands(consent_ids: Collection[str], standing: Collection[UUID]) -> bool:
    """Whether everything that words rest on stands; not if they rest on nothing."""
    return bool(consent_ids) and all(UUID(each) in standing for each in consent_ids)
