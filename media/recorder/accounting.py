"""What was made of a recording, set against what was published: what is missing, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from app.consent import ledger
from app.consent.models import ConsentDecision
from app.kit.intervals import Interval
from app.recordings.completeness import (
    Allowed,
    Kept,
    Missing,
    Published,
    Reason,
    Taped,
    holes,
    short_ms,
)
from app.recordings.models import PublicationSpan, Recording, Source, SpanEnd
from app.recordings.provenance import PURPOSE_OF
from media.recorder.outcome import LeftOut, MadeTrack, Plan, PlannedTape, Verified
from media.recorder.planning import in_ms
from media.recorder.tapes import DAMAGED, NOT_MUXED, TORN


def account(
    recording: Recording,
    plan: Plan,
    spans: Iterable[PublicationSpan],
    tracks: Sequence[MadeTrack],
    verified: Sequence[Verified],
    length_ms: int,
    rows: Sequence[ConsentDecision],
    off_record: Sequence[tuple[int, int]] = (),
) -> list[Missing]:
    """However short. `rows`: the group's ledger. `off_record`: ms on the time line in which nothing
    was to be kept."""
    stated = [(start, end, Reason.OFF_THE_RECORD) for start, end in off_record]
    stated += [(one.start_ms, one.end_ms, Reason(one.reason)) for one in plan.interruptions]
    ended = {one.tape_id: one.ending for one in verified}
    taped = [_taped(tape, None, ended.get(tape.id), length_ms) for tape in plan.tapes]
    taped += [_taped(tape, tape.reason, None, length_ms) for tape in plan.left_out]
    published = [_published(span, recording) for span in spans]
    kept = [_kept(track) for track in tracks]
    allowed = _allowed(rows, recording, length_ms)
    return holes(published, taped, kept, min(length_ms, plan.stopped_ms), stated, allowed)


def with_short(tracks: Sequence[MadeTrack], lacking: Iterable[Missing]) -> list[MadeTrack]:
    """Each source's first track says how much is missing in pieces too short to be named."""
    left = short_ms(lacking)
    return [
        replace(track, details=track.details | {"short_missing_ms": left.pop(key, 0)})
        for track in tracks
        if (key := (track.user_id, track.source))
    ]


def _taped(
    tape: PlannedTape | LeftOut, objection: str | None, ending: str | None, length_ms: int
) -> Taped:
    start, end = tape.span_ms
    return Taped(
        tape.user_id,
        tape.source,
        start,
        length_ms if end is None else end,
        NOT_MUXED if ending == NOT_MUXED else objection,
        torn=ending == TORN,
        damaged=ending in DAMAGED,
    )


def _allowed(rows: Sequence[ConsentDecision], recording: Recording, length_ms: int) -> Allowed:
    """By the grants that stand. Of one that was taken back with all that there was, it is not told
    that anything could have been written."""
    standing, closed = ledger.standing(rows), ledger.closed_at(rows)
    found: dict[tuple[UUID, Source], list[Interval]] = {}
    for row in rows:
        for source in (each for each, purpose in PURPOSE_OF.items() if purpose == row.purpose):
            if row.id in standing:
                until = in_ms(recording, closed[row.id]) if row.id in closed else length_ms
                given = Interval(in_ms(recording, row.decided_at), until)
                found.setdefault((row.user_id, source), []).append(given)
    return found


def _published(span: PublicationSpan, recording: Recording) -> Published:
    return Published(
        span.user_id,
        Source(span.source),
        in_ms(recording, span.started_at),
        in_ms(recording, span.ended_at) if span.ended_at else None,
        SpanEnd(span.how_it_ended) if span.how_it_ended else None,
    )


def _kept(track: MadeTrack) -> Kept:
    holes = [
        (gap["start_ms"], gap["end_ms"], gap["reason"]) for gap in track.details.get("gaps", [])
    ]
    end = track.start_ms + track.duration_ms
    return Kept(track.user_id, track.source, track.start_ms, end, holes)
