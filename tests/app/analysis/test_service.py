"""What is not known of a recording is in no figure, and said beside them."""

from collections.abc import Callable
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import Decision, Purpose
from app.imports.service import ELSEWHERE
from app.kit.db import now
from app.meetings.models import Attendance
from app.programmes.models import RetentionChange
from app.recordings.models import (
    InterruptionReason,
    OffRecordSpan,
    Recording,
    RecordingInterruption,
    Tape,
    TapeState,
)
from app.retention.models import LegalHold
from app.turns.models import Turn, TurnIndex, TurnState
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.meddled import opened
from tests.fixtures.series import LENGTH_MS, Series, decides

CUT_MS = 1_200_000
"""Twenty minutes off the record."""


async def analysis(cast: Cast, series: Series, number: int = 0) -> dict[str, Any]:
    path = f"/api/v1/meetings/{series.meetings[number]}/analysis"
    answer = await cast.researcher.client.get(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def person(found: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    return dict(next(row for row in found["people"] if row["pseudonym"] == pseudonym))


def names(found: dict[str, Any]) -> list[str]:
    return [row["pseudonym"] for row in found["people"] if row["facilitator"] == "with"]


async def recording_of(db: AsyncSession, series: Series, number: int = 0) -> Recording:
    query = select(Recording).where(Recording.meeting_id == series.meetings[number])
    return (await db.exec(query)).one()


async def turns_of(db: AsyncSession, recording: Recording) -> list[Turn]:
    index = select(TurnIndex.id).where(TurnIndex.recording_id == recording.id)
    query = select(Turn).where(col(Turn.index_id).in_(index)).order_by(col(Turn.start_ms))
    return list((await db.exec(query)).all())


async def set_tape(db: AsyncSession, series: Series, number: int, name: str, to: TapeState) -> None:
    recording = await recording_of(db, series, number)
    query = select(Tape).where(
        Tape.recording_id == recording.id, Tape.user_id == series.users[name]
    )
    (await db.exec(query)).one().state = to


async def test_whose_tape_was_lost_is_left_out_and_not_silent(
    running: Application, cast: Cast, series: Series
) -> None:
    """Veli said nothing in the fifth meeting: while his voice is kept that is a finding."""
    before = await analysis(cast, series, 4)
    async with running.context.database.transaction() as db:
        await set_tape(db, series, 4, "J3", TapeState.LOST)

    found = await analysis(cast, series, 4)

    assert "J3" in names(before)
    assert "J3" not in names(found)
    assert (before["coverage"]["left_out"], found["coverage"]["left_out"]) == (1, 2)


async def test_whose_time_was_over_first_is_left_out_and_not_silent(
    running: Application, cast: Cast, series: Series
) -> None:
    """As retention leaves it: neither turns nor tape of one person, and the grants stand."""
    async with running.context.database.transaction() as db:
        recording = await recording_of(db, series)
        index = select(TurnIndex.id).where(TurnIndex.recording_id == recording.id)
        own = col(Turn.index_id).in_(index), Turn.user_id == series.users["J1"]
        await db.exec(delete(Turn).where(*own))
        await set_tape(db, series, 0, "J1", TapeState.ERASED)

    found = await analysis(cast, series)

    assert names(found) == ["F1", "J2", "J3", "J4"]
    assert found["coverage"]["left_out"] == 2


async def test_whose_turns_are_over_their_time_is_not_silent_for_as_long_as_the_voice_is_kept(
    running: Application, cast: Cast, series: Series
) -> None:
    """They agreed on pages that may have said thirty days, and the meeting is older."""
    await promise(running, cast, 30)

    found = await analysis(cast, series, 4)

    assert names(found) == ["F1", "J1", "J2", "J4"], "those with turns that the run has yet to take"


@pytest.mark.parametrize("in_time", [True, False])
async def test_who_is_held_in_time_stays_silent(
    running: Application, cast: Cast, series: Series, in_time: bool
) -> None:
    """A hold stops the erasing, and brings nothing back."""
    await promise(running, cast, 30)
    async with running.context.database.transaction() as db:
        recording = await recording_of(db, series, 4)
        hold = LegalHold(
            programme_id=cast.programme_id,
            recording_id=recording.id,
            reason="a complaint",
            set_by=cast.coordinator.id,
            set_at=recording.started_at + timedelta(days=29 if in_time else 31),
        )
        db.add(hold)

    assert ("J3" in names(await analysis(cast, series, 4))) == in_time


async def promise(running: Application, cast: Cast, days: int) -> None:
    """Whoever agreed to anything until now may have read of so many days."""
    change = RetentionChange(
        programme_id=cast.programme_id,
        at=now(),
        days_before=days,
        days_after=365,
        changed_by=cast.coordinator.id,
    )
    async with running.context.database.transaction() as db:
        db.add(change)


async def test_whose_turns_are_there_counts_though_the_sound_is_gone(
    running: Application, cast: Cast, series: Series
) -> None:
    async with running.context.database.transaction() as db:
        await set_tape(db, series, 0, "J1", TapeState.ERASED)
    assert "J1" in names(await analysis(cast, series))


async def test_what_a_line_lost_is_absence(
    running: Application, cast: Cast, series: Series
) -> None:
    lost = {"source": "microphone", "start_ms": 600_000, "end_ms": 900_000, "reason": "network"}
    muted = lost | {"reason": "muted", "is_loss": False}
    async with running.context.database.transaction() as db:
        (await recording_of(db, series, 4)).missing = [
            lost | {"user_id": str(series.users["J3"]), "is_loss": True},
            muted | {"user_id": str(series.users["J4"])},
        ]

    found = await analysis(cast, series, 4)

    assert person(found, "J3")["present_ms"] == LENGTH_MS - 300_000
    assert person(found, "J4")["present_ms"] == LENGTH_MS


async def insert(db: AsyncSession, series: Series) -> tuple[Recording, int]:
    """Twenty minutes in a pause that is not the longest, and where they begin: what comes after it
    comes so much later."""
    recording = await recording_of(db, series)
    turns = await turns_of(db, recording)
    ends = accumulate((turn.end_ms for turn in turns), max)
    pauses = [(end, turn.start_ms) for end, turn in zip(ends, turns[1:], strict=False)]
    end, _ = min((p for p in pauses if p[1] - p[0] > 100), key=lambda p: p[1] - p[0])
    at = end + 50
    for turn in turns:
        if turn.start_ms > at:
            turn.start_ms, turn.end_ms = turn.start_ms + CUT_MS, turn.end_ms + CUT_MS
    later = timedelta(milliseconds=CUT_MS)
    recording.duration_ms = LENGTH_MS + CUT_MS
    query = select(Attendance).where(Attendance.meeting_id == recording.meeting_id)
    for stay in (await db.exec(query)).all():
        assert stay.left_at is not None
        stay.left_at += later
    return recording, at


def off_record(recording: Recording, at_ms: int) -> OffRecordSpan:
    since = recording.started_at + timedelta(milliseconds=at_ms)
    until = since + timedelta(milliseconds=CUT_MS)
    return OffRecordSpan(recording_id=recording.id, started_at=since, ended_at=until)


def no_disk(recording: Recording, at_ms: int) -> RecordingInterruption:
    span = off_record(recording, at_ms)
    return RecordingInterruption(
        recording_id=recording.id, started_at=span.started_at, ended_at=span.ended_at,
        reason=InterruptionReason.DISK,
    )  # fmt: skip


@pytest.mark.parametrize("stretch", [off_record, no_disk])
async def test_what_was_not_recorded_is_neither_silence_nor_presence(
    stretch: Callable[[Recording, int], OffRecordSpan | RecordingInterruption],
    running: Application,
    cast: Cast,
    series: Series,
) -> None:
    before = await analysis(cast, series)
    async with running.context.database.transaction() as db:
        recording, at = await insert(db, series)
        db.add(stretch(recording, at))

    found = await analysis(cast, series)

    one, two = (
        {(row["facilitator"], row["figure"]): row["value"] for row in each["figures"]}
        for each in (before, found)
    )
    assert two["whole", "star"] == one["whole", "star"]
    for side in ("with", "without"):
        for figure in ("silence", "single", "overlap", "longest_silence_ms"):
            assert two[side, figure] == one[side, figure], (side, figure)
    for figure in ("gini_rescaled", "changes", "turns", "returns", "shift_AB-BA"):
        assert two["with", figure] == one["with", figure], figure
    assert found["people"] == before["people"]
    gaps = [
        next(row["count"] for row in each["passages"] if row["kind"] == "gap")
        for each in (before, found)
    ]
    assert gaps[0] - gaps[1] == 1, "what lies across it has no length that anybody knows"
    covered = found["coverage"]
    assert (covered["recorded_ms"], covered["unrecorded_ms"]) == (LENGTH_MS, CUT_MS)
    assert found["length_ms"] == LENGTH_MS + CUT_MS


@pytest.mark.parametrize("purpose", [Purpose.AUDIO, Purpose.INDEXING])
async def test_who_withdrew_at_half_time_was_there_for_half(
    purpose: Purpose, running: Application, cast: Cast, series: Series
) -> None:
    """What was recorded before is kept."""
    async with running.context.database.transaction() as db:
        await opened(db)
        row = await decides(db, series, "J3", purpose, Decision.WITHDRAWN, keeps_earlier=True)
        recording = await recording_of(db, series)
        row.decided_at = recording.started_at + timedelta(milliseconds=LENGTH_MS // 2)

    assert person(await analysis(cast, series), "J3")["present_ms"] == LENGTH_MS // 2


async def test_how_many_turns_a_person_accepted_is_told(
    running: Application, cast: Cast, series: Series
) -> None:
    """Of those in the figures: what Tuuli may have said is not among them."""
    async with running.context.database.transaction() as db:
        turns = await turns_of(db, await recording_of(db, series))
        for turn in turns[:7]:
            turn.state = TurnState.ACCEPTED

    covered = (await analysis(cast, series))["coverage"]
    assert (covered["accepted"], covered["turns"]) == (7, len(turns))


async def test_of_an_imported_meeting_nobody_knows_who_stayed_how_long(
    running: Application, cast: Cast, series: Series
) -> None:
    async with running.context.database.transaction() as db:
        (await recording_of(db, series)).node_name = ELSEWHERE
    assert (await analysis(cast, series))["coverage"]["attendance_known"] is False
