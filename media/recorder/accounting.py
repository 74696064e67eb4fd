"""What was made of a recording, set against what was published: what is missing, and why."""

from collections.abc import Iterable, Sequence

from app.recordings.completeness import Kept, Missing, Published, Reason, Taped, missing
from app.recordings.models import PublicationSpan, Recording, Source, SpanEnd
from media.recorder.outcome import LeftOut, MadeTrack, Plan, PlannedTape, Verified
from media.recorder.planning import in_ms
from media.recorder.tapes import TORN


def account(
    recording: Recording,
    plan: Plan,
    spans: Iterable[PublicationSpan],
    tracks: Sequence[MadeTrack],
    verified: Sequence[Verified],
    length_ms: int,
    off_record: Sequence[tuple[int, int]] = (),
) -> list[Missing]:
    """`off_record`: ms on the time line in which nothing was to be kept."""
    stated = [(start, end, Reason.OFF_THE_RECORD) for start, end in off_record]
    stated += [(one.start_ms, one.end_ms, Reason(one.reason)) for one in plan.interruptions]
    torn = {one.tape_id for one in verified if one.ending == TORN}
    taped = [_taped(tape, None, tape.id in torn, length_ms) for tape in plan.tapes]
    taped += [_taped(tape, tape.reason, False, length_ms) for tape in plan.left_out]
    published = [_published(span, recording) for span in spans]
    kept = [_kept(track) for track in tracks]
    return missing(published, taped, kept, min(length_ms, plan.stopped_ms), stated)


def _taped(tape: PlannedTape | LeftOut, objection: str | None, torn: bool, length_ms: int) -> Taped:
    start, end = tape.span_ms
    return Taped(
        tape.user_id, tape.source, start, length_ms if end is None else end, objection, torn
    )


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
