"""Of whom, and when, speech would have been kept: only there is silence a finding. Pure.

What nobody could have heard says nothing: before a consent and after a withdrawal, while the line
or the disk was gone, off the record, of a tape that was lost or erased. A microphone that was muted
is another matter: its owner was there, and said nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.consent import ledger
from app.consent.models import ConsentDecision, Purpose
from app.kit.intervals import Interval, common, merged, minus, ms_after
from app.recordings.consents import indexed_until
from app.recordings.models import VOICES, Recording, Source, Tape, TapeState
from app.retention.periods import Change, parts

NEEDED = (Purpose.AUDIO, Purpose.INDEXING)
"""Without either, what a person says is in no index."""
GONE = (TapeState.LOST, TapeState.ERASED)


@dataclass(frozen=True)
class Heard:
    """What is known of people's speech in one recording."""

    studied: Collection[UUID]
    """Who may be studied, whether they spoke or not."""
    speakers: Collection[UUID]
    """Who of them has turns, and so was there, whatever the attendance says."""
    unknown: Collection[UUID] = frozenset()
    """Whose silence says nothing: they count with their turns alone."""
    spans: Mapping[UUID, Sequence[Interval]] = field(default_factory=dict)
    """When their speech would have been kept; of those not named here, always."""


def silent(
    rows: Sequence[ConsentDecision],
    tapes: Iterable[Tape],
    indexed_at: datetime,
    arrived: Mapping[UUID, datetime],
) -> set[UUID]:
    """Who had agreed to everything before they came, and never sent a voice to be kept."""
    standing = ledger.standing(rows)
    then = ledger.standing(row for row in rows if row.decided_at <= indexed_at)
    granted = {
        (row.user_id, Purpose(row.purpose))
        for row in rows
        if row.id in standing & then
        and row.user_id in arrived
        and row.decided_at <= arrived[row.user_id]
    }
    taped = {tape.user_id for tape in tapes if tape.source in VOICES}
    return {user for user in arrived if all((user, each) in granted for each in NEEDED)} - taped


def kept(tapes: Iterable[Tape]) -> set[UUID]:
    """Of whom there is a voice still."""
    return {t.user_id for t in tapes if t.source in VOICES and t.state not in GONE}


def over(
    rows: Sequence[ConsentDecision],
    recorded_at: datetime,
    changes: Sequence[Change],
    days: int,
    moment: datetime,
) -> set[UUID]:
    """Whose turns are over their time, and erased, while the grants they rested on stand: a voice
    may be kept for longer than it may be studied. `changes`: of the programme's period, `days` now.
    `moment`: until when anything was erased.
    """
    standing = ledger.standing(rows)
    grants = [row for row in rows if row.purpose == Purpose.INDEXING and row.id in standing]
    ends = parts(recorded_at, grants, changes, days)
    return {part.user_id for part in ends if part.ends_at <= moment}


def heard(
    rows: Sequence[ConsentDecision],
    tapes: Iterable[Tape],
    recording: Recording,
    indexed_at: datetime,
    unrecorded: Sequence[Interval],
) -> dict[UUID, list[Interval]]:
    """When speech of each who agreed to be recorded would have come into the index of that time."""
    length = recording.duration_ms or 0
    before = [row for row in rows if row.decided_at <= indexed_at]
    until = indexed_until(before, recording.started_at)
    lost = _missing(recording)
    found = {}
    for user, taped in _recorded(rows, tapes, recording).items():
        last = until.get(user, 0)
        indexed = [(0, length if last is None else last)]
        spans = [span for each in taped for span in common(each, indexed)]
        found[user] = minus(minus(spans, lost.get(user, ())), unrecorded)
    return found


def _recorded(
    rows: Sequence[ConsentDecision], tapes: Iterable[Tape], recording: Recording
) -> dict[UUID, list[Interval]]:
    """When each agreed to be recorded. What was entered from paper afterwards holds for all of it,
    where a tape rests on it."""
    length, zero = recording.duration_ms or 0, recording.started_at
    standing, closed = ledger.standing(rows), ledger.closed_at(rows)
    rested = {tape.consent_id for tape in tapes if tape.source in VOICES}
    found: dict[UUID, list[Interval]] = {}
    for row in rows:
        if row.purpose != Purpose.AUDIO or row.id not in standing:
            continue
        start = ms_after(zero, row.decided_at)
        if start >= length and row.id in rested:
            start = 0
        end = min(length, ms_after(zero, closed[row.id])) if row.id in closed else length
        if end > max(0, start):
            found.setdefault(row.user_id, []).append(Interval(max(0, start), end))
    return {user: merged(spans) for user, spans in found.items()}


def _missing(recording: Recording) -> dict[UUID, list[tuple[int, int]]]:
    """When each one's microphone was on, and is not in the files."""
    found: dict[UUID, list[tuple[int, int]]] = {}
    for each in recording.missing or ():
        if each["source"] == Source.MICROPHONE and each["is_loss"]:
            span = each["start_ms"], each["end_ms"]
            found.setdefault(UUID(each["user_id"]), []).append(span)
    return found
