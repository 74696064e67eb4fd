"""What a finished recording lacks, told by its tapes, its books and the ledger."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.consent.models import ConsentDecision, Decision, Purpose
from app.kit.settings import Settings
from app.recordings.models import PublicationSpan, Recording, Source
from media.recorder.accounting import account
from media.recorder.outcome import Plan
from tests.fixtures.packetisers import CODECS
from tests.fixtures.recorded_meeting import STARTED, RecordedMeeting, Speaker, finalise, record

BOB = UUID(int=2)
RECORDING = Recording(meeting_id=UUID(int=1), node_name="one", started_at=STARTED)
PLAN = Plan(RECORDING.id, UUID(int=1), UUID(int=3), 0, 60_000, (), (), frozenset())


def row(
    at_s: float, decision: Decision, purpose: Purpose = Purpose.AUDIO, *, keeps: bool = False
) -> ConsentDecision:
    return ConsentDecision(
        sequence=1,
        user_id=BOB,
        group_id=UUID(int=3),
        purpose=purpose,
        decision=decision,
        keeps_earlier=keeps,
        text_version=1,
        text_language="fi",
        decided_by=BOB,
        decided_at=STARTED + timedelta(seconds=at_s),
        previous_hash="",
        hash="",
    )


def told(rows: Sequence[ConsentDecision], source: Source) -> list[tuple[int, int, str]]:
    """Of one who sent for the whole minute, and of whom nothing at all was written."""
    span = PublicationSpan(
        recording_id=RECORDING.id, user_id=BOB, source=source, started_at=STARTED
    )
    found = account(RECORDING, PLAN, [span], [], [], 60_000, rows)
    return [(one.start_ms, one.end_ms, str(one.reason)) for one in found]


def test_while_a_consent_was_open_the_server_is_named() -> None:
    """Given at 10 s, withdrawn at 30 s with what there was kept, given again at 50 s."""
    rows = [
        row(10, Decision.GRANTED),
        row(30, Decision.WITHDRAWN, keeps=True),
        row(50, Decision.GRANTED),
    ]

    assert told(rows, Source.MICROPHONE) == [
        (0, 10_000, "no_consent"),
        (10_000, 30_000, "not_written"),
        (30_000, 50_000, "no_consent"),
        (50_000, 60_000, "not_written"),
    ]
    assert told(rows, Source.CAMERA) == [(0, 60_000, "no_consent")]


def test_of_what_was_taken_back_nothing_is_told_to_have_been_allowed() -> None:
    rows = [row(0, Decision.GRANTED, Purpose.VIDEO), row(30, Decision.WITHDRAWN, Purpose.VIDEO)]

    assert told(rows, Source.SCREEN) == [(0, 60_000, "no_consent")]


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[RecordedMeeting]:
    speaker = Speaker("alice", [(1.0, 9.0)])
    recorded = await record(Settings(data=tmp_path / "data"), 10.0, [speaker])
    await recorded.notes([speaker])
    yield recorded
    await recorded.context.database.close()


async def test_a_tape_with_a_flipped_bit_is_not_told_as_a_lost_connection(
    meeting: RecordedMeeting,
) -> None:
    (tape,) = (meeting.settings.data / "store").rglob("*.tape")
    content = bytearray(tape.read_bytes())
    content[len(content) // 2] ^= 1
    tape.write_bytes(content)

    await finalise(meeting)

    async with meeting.context.database.reading() as db:
        recording = await db.get_one(Recording, meeting.recording_id)
    (one,) = recording.missing or []
    assert one["reason"] == "disk"
    assert 3_000 < one["start_ms"] < 7_000  # the middle of its bytes, in chunks of seconds
    assert one["end_ms"] == 10_000


async def test_a_camera_of_an_unknown_codec_is_not_told_as_a_lost_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CODECS, "vp8", replace(CODECS["vp8"], mime_type="video/H265"))
    alice = Speaker("alice", [(1.0, 1.5)], video=True)
    meeting = await record(Settings(data=tmp_path / "data"), 2.0, [alice])
    async with meeting.context.database.transaction() as db:
        span = PublicationSpan(
            recording_id=meeting.recording_id,
            user_id=meeting.users["alice"],
            source=Source.CAMERA,
            started_at=STARTED + timedelta(seconds=0.5),
        )
        db.add(span)

    await finalise(meeting)

    async with meeting.context.database.reading() as db:
        recording = await db.get_one(Recording, meeting.recording_id)
    await meeting.context.database.close()
    (one,) = recording.missing or []
    assert (one["source"], one["reason"]) == ("camera", "codec")
    assert (one["start_ms"], one["end_ms"]) == (500, 2_000)
