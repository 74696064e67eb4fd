"""When nothing was written of anybody, by what the node noted down."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.recordings.models import (
    InterruptionReason,
    OffRecordSpan,
    Recording,
    RecordingInterruption,
)
from app.recordings.unrecorded import Stretch, of_recordings, within
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import keep

ZERO = datetime(2027, 3, 10, 15, 0, tzinfo=UTC)


def recording(missing: list[dict[str, Any]] | None = None) -> Recording:
    return Recording(
        meeting_id=uuid4(), node_name="a", started_at=ZERO, duration_ms=600_000, missing=missing
    )


def off(start: float, end: float | None) -> Stretch:
    until = None if end is None else ZERO + timedelta(seconds=end)
    since = ZERO + timedelta(seconds=start)
    return OffRecordSpan(recording_id=uuid4(), started_at=since, ended_at=until)


def full(start: float, end: float | None) -> Stretch:
    until = None if end is None else ZERO + timedelta(seconds=end)
    return RecordingInterruption(
        recording_id=uuid4(), started_at=ZERO + timedelta(seconds=start), ended_at=until,
        reason=InterruptionReason.DISK,
    )  # fmt: skip


def paused(start_ms: int, end_ms: int, reason: str = "paused") -> dict[str, Any]:
    return {"start_ms": start_ms, "end_ms": end_ms, "reason": reason}


def test_what_overlaps_is_one_stretch() -> None:
    found = within(recording(), [full(100, 130), off(60, 110), off(300, 320)])
    assert found == ((60_000, 130_000), (300_000, 320_000))


def test_what_never_ended_lasts_to_the_end_and_what_lies_outside_is_cut() -> None:
    assert within(recording(), [off(-20, 5), off(550, None)]) == ((0, 5_000), (550_000, 600_000))
    assert within(recording(), [off(700, None)]) == ()


def test_a_stopped_recording_lasts_as_long_as_the_first_who_is_heard_again_tells() -> None:
    """One was muted until 200 s when the recording went on at 160 s."""
    told = [
        *(paused(100_000, 200_000), paused(100_000, 160_000), paused(400_000, 410_000)),
        paused(20_000, 90_000, "network"),
    ]
    assert within(recording(told), []) == ((100_000, 160_000), (400_000, 410_000))


async def test_each_recording_has_its_own(running: Application, cast: Cast) -> None:
    one = (await keep(running, cast)).recording
    async with running.context.database.transaction() as db:
        kept = await db.get_one(Recording, one.id)
        kept.duration_ms = 600_000
        since = kept.started_at + timedelta(seconds=10)
        until = since + timedelta(seconds=20)
        db.add(OffRecordSpan(recording_id=kept.id, started_at=since, ended_at=until))
        await db.flush()
        assert await of_recordings(db, [kept]) == {kept.id: ((10_000, 30_000),)}
        assert await of_recordings(db, []) == {}
