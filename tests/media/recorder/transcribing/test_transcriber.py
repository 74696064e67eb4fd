"""Writing a finished recording down: by a real model where one is there, else refused in words.

WHISPER_MODEL names the folder of a faster-whisper model; without it, or without the library, the
test that needs both is skipped and says so.
"""

import os
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from app.accounts.actor import Actor
from app.consent.models import Purpose
from app.kit.settings import Settings, TranscribeSettings
from app.meetings.models import Meeting
from app.recordings.models import Recording
from app.transcripts import service as transcripts
from app.transcripts.models import Transcription, TranscriptionState
from app.transcripts.service import LineRow, Said
from media.audio.opus import Samples
from media.audio.speech import MODEL_RATE
from media.recorder.transcribing.model import Unavailable, Writer
from media.recorder.transcribing.transcriber import Outdated, Transcriber, Work
from tests.fixtures.recorded_meeting import ALL, RecordedMeeting, Speaker, finalise, record

MODEL = os.environ.get("WHISPER_MODEL", "")
WORDS = (*ALL, Purpose.TRANSCRIPT)
SPEAKERS = [
    Speaker("alice", [(1, 9)], purposes=WORDS),
    Speaker("bob", [(4, 6)], pitch=20, purposes=(Purpose.AUDIO, Purpose.TRANSCRIPT)),
    Speaker("carol", [(2, 5)], pitch=80, purposes=ALL),
]
with_model = pytest.mark.skipif(
    not MODEL or find_spec("faster_whisper") is None,
    reason="WHISPER_MODEL names no model, or faster-whisper is not installed",
)


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[RecordedMeeting]:
    model = Path(MODEL) if MODEL else tmp_path / "nothing"
    settings = Settings(
        data=tmp_path / "data", transcribe=TranscribeSettings(model=model, language="fi")
    )
    recorded = await record(settings, 10, SPEAKERS)
    await finalise(recorded)
    yield recorded
    await recorded.context.database.close()


async def asked(meeting: RecordedMeeting) -> str:
    async with meeting.context.database.transaction() as db:
        row = Transcription(recording_id=meeting.recording_id, requested_by=meeting.users["alice"])
        db.add(row)
    return str(row.id)


async def state(meeting: RecordedMeeting, id_: str) -> Transcription:
    async with meeting.context.database.reading() as db:
        return await db.get_one(Transcription, UUID(id_))


async def lines(meeting: RecordedMeeting) -> list[LineRow]:
    async with meeting.context.database.reading() as db:
        found = await db.get_one(Meeting, meeting.meeting_id)
        return await transcripts.allowed(db, meeting.recording_id, found)


async def planned(meeting: RecordedMeeting, transcriber: Transcriber) -> tuple[str, Work]:
    id_ = await asked(meeting)
    work = await transcriber.plan(id_)
    assert work is not None
    return id_, work


async def test_only_those_are_written_down_who_agreed(meeting: RecordedMeeting) -> None:
    _, work = await planned(meeting, Transcriber(meeting.context, meeting.store))

    assert set(work.users) == {meeting.users["alice"], meeting.users["bob"]}


async def test_what_was_called_off_is_not_begun(meeting: RecordedMeeting) -> None:
    transcriber = Transcriber(meeting.context, meeting.store)
    id_, work = await planned(meeting, transcriber)
    async with meeting.context.database.transaction() as db:
        (await db.get_one(Transcription, UUID(id_))).state = TranscriptionState.CANCELLED

    assert await transcriber.plan(id_) is None
    with pytest.raises(Outdated):
        await transcriber.person(work, 0)
    await transcriber.fail(id_, "transcript_failed")
    assert (await state(meeting, id_)).state == TranscriptionState.CANCELLED


@pytest.mark.skipif(find_spec("faster_whisper") is not None, reason="the library is there")
def test_without_the_library_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as raised:
        Writer.load(tmp_path, "fi", 1)

    assert raised.value.code == "transcript_no_library"


@pytest.mark.skipif(find_spec("faster_whisper") is None, reason="faster-whisper is not installed")
def test_a_folder_without_a_model_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as raised:
        Writer.load(tmp_path, "fi", 1)

    assert raised.value.code == "transcript_bad_model"


@with_model
async def test_each_person_is_written_down_from_their_own_track(meeting: RecordedMeeting) -> None:
    transcriber = Transcriber(meeting.context, meeting.store)
    id_, work = await planned(meeting, transcriber)
    for number in (0, 1, 0):  # a step that was killed is done again
        await transcriber.person(work, number)
    await transcriber.finish(work)

    found = await lines(meeting)
    async with meeting.context.database.reading() as db:
        recording = await db.get_one(Recording, meeting.recording_id)
    alices = [row.line for row in found if row.line.user_id == meeting.users["alice"]]
    assert {row.line.user_id for row in found} <= set(work.users)
    assert alices
    assert len({(line.user_id, line.start_ms, line.text) for line, _, _ in found}) == len(found)
    for line in alices:
        assert 500 <= line.start_ms < line.end_ms <= (recording.duration_ms or 0)
        assert (line.source, line.model) == ("machine", Path(MODEL).name)
    made = await state(meeting, id_)
    assert (made.state, made.progress, made.model) == ("ready", 100, Path(MODEL).name)


def each_two_seconds(samples: Samples, **_: object) -> tuple[list[SimpleNamespace], object]:
    """Stands in the place of faster-whisper's `transcribe`: a line for each two seconds."""
    whole = len(samples) // (2 * MODEL_RATE)
    found = [SimpleNamespace(start=2 * n, end=2 * n + 2, text=f"sana {n}") for n in range(whole)]
    return found, SimpleNamespace(language="fi")


async def test_writing_anew_leaves_alone_what_people_touched(meeting: RecordedMeeting) -> None:
    writer = Writer(each_two_seconds, "model", "fi")
    transcriber = Transcriber(meeting.context, meeting.store, writer)
    _, work = await planned(meeting, transcriber)
    alice = work.users.index(meeting.users["alice"])
    assert await transcriber.person(work, alice) == 4  # she speaks from 1 s to 9 s
    researcher = Actor(meeting.users["alice"], True, "fi")
    first, second, third, _ = (row.line for row in await lines(meeting))

    async with meeting.context.database.transaction() as db:
        for line, said in [
            (first, Said(first.user_id, first.start_ms, first.end_ms + 100, "oikein")),
            (second, Said(second.user_id, second.start_ms, second.end_ms, "")),
            (third, Said(meeting.users["bob"], third.start_ms, third.end_ms, third.text)),
        ]:
            await transcripts.edit(db, researcher, meeting.recording_id, line.line_id, said, 1)
    before = said_in(await lines(meeting))
    written = await transcriber.person(work, alice)

    assert [text for _, _, text in before] == ["oikein", "sana 2", "sana 3"]
    assert said_in(await lines(meeting)) == before
    assert written == 1  # the last, which nobody touched


def said_in(rows: list[LineRow]) -> list[tuple[UUID, int, str]]:
    return [(row.line.user_id, row.line.start_ms, row.line.text) for row in rows]
