"""When nothing was written of anybody though the recording had begun: such time is no silence."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.intervals import Interval, merged, ms_after
from app.recordings.completeness import Reason
from app.recordings.models import OffRecordSpan, Recording, RecordingInterruption

Stretch = OffRecordSpan | RecordingInterruption


async def of_recordings(
    db: AsyncSession, found: Collection[Recording]
) -> dict[UUID, tuple[Interval, ...]]:
    """Of each recording the stretches, ms on its time line, in order and apart: off the record, the
    disk was full, or the recording was stopped and started again."""
    ids = [recording.id for recording in found]
    off = select(OffRecordSpan).where(col(OffRecordSpan.recording_id).in_(ids))
    full = select(RecordingInterruption).where(col(RecordingInterruption.recording_id).in_(ids))
    noted: list[Stretch] = [*(await db.exec(off)).all(), *(await db.exec(full)).all()]
    stretches: dict[UUID, list[Stretch]] = {id_: [] for id_ in ids}
    for each in noted:
        stretches[each.recording_id].append(each)
    return {recording.id: within(recording, stretches[recording.id]) for recording in found}


def within(recording: Recording, stretches: Sequence[Stretch]) -> tuple[Interval, ...]:
    """One that never ended lasts to the recording's end."""
    zero, length = recording.started_at, recording.duration_ms or 0
    spans = [
        Interval(
            max(0, ms_after(zero, each.started_at)),
            length if each.ended_at is None else min(length, ms_after(zero, each.ended_at)),
        )
        for each in stretches
    ]
    return tuple(merged([*spans, *_pauses(recording)]))


def _pauses(recording: Recording) -> Iterable[Interval]:
    """When the recording was stopped, as far as anybody's source tells: a source that was muted
    when it went on tells too long a pause, and the shortest of those that overlap is meant."""
    told = [
        Interval(each["start_ms"], each["end_ms"])
        for each in recording.missing or ()
        if each["reason"] == Reason.PAUSED
    ]
    found: list[Interval] = []
    for start, end in sorted(told):
        if found and start < found[-1].end_ms:
            found[-1] = Interval(start, min(end, found[-1].end_ms))
        else:
            found.append(Interval(start, end))
    return found
