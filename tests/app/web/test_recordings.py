"""The page of a recording, in each of its states and for who may play it."""

import json
import re

import pytest

from app.kit.db import now
from app.meetings.models import Meeting, MeetingState
from app.recordings import service as recordings
from app.recordings.completeness import Missing, Reason
from app.recordings.models import FileKind, Recording, RecordingState, Source
from app.recordings.previews import earlier_step
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import keep


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("state", list(RecordingState))
async def test_every_state_is_put_into_words(
    browser: Browser, running: Application, cast: Cast, state: RecordingState, language: str
) -> None:
    meeting = Meeting(group_id=cast.group_id, starts_at=now(), state=MeetingState.ENDED)
    recording = Recording(
        meeting_id=meeting.id, state=state, node_name="n", started_at=now(), duration_ms=5000
    )
    async with running.context.database.transaction() as db:
        db.add(meeting)
        await db.flush()
        db.add(recording)
    answer = await (await browser(cast.researcher, language)).get(f"/recordings/{recording.id}")
    assert answer.status_code == 200
    data = re.search(r'id="data">(.*?)</script>', answer.text, re.DOTALL)
    assert data is not None
    playable = json.loads(data[1])["duration_ms"] > 0
    assert playable == (state == RecordingState.READY)
    for other in (cast.bob, cast.alice):
        refused = await (await browser(other)).get(f"/recordings/{recording.id}")
        assert refused.status_code == 403


LINES = {
    "en": "voice: 12 s missing at 04:10, connection lost",
    "fi": "ääni: 12 s puuttuu kohdasta 04:10, yhteys katkesi",
    "sv": "röst: 12 s saknas vid 04:10, förbindelsen bröts",
}


@pytest.mark.parametrize("language", list(LINES))
async def test_what_is_missing_is_said_in_plain_words(
    browser: Browser, running: Application, cast: Cast, language: str
) -> None:
    meeting = Meeting(group_id=cast.group_id, starts_at=now(), state=MeetingState.ENDED)
    lost = Missing(cast.bob.id, Source.MICROPHONE, 250_000, 262_000, Reason.NETWORK)
    muted = Missing(cast.bob.id, Source.MICROPHONE, 3_700_000, 3_765_000, Reason.MUTED)
    recording = Recording(
        meeting_id=meeting.id, state=RecordingState.READY, node_name="n", started_at=now()
    )
    recording.missing = [lost.to_json(), muted.to_json()]
    async with running.context.database.transaction() as db:
        db.add(meeting)
        await db.flush()
        db.add(recording)

    page = (
        await (await browser(cast.researcher, language)).get(f"/recordings/{recording.id}")
    ).text

    assert f"{cast.bob.user.name}, {LINES[language]}" in page
    assert "1 min 5 s" in page
    assert "1:01:40" in page


@pytest.mark.parametrize(("language", "seconds"), [("en", "1.6"), ("fi", "1,6"), ("sv", "1,6")])
async def test_what_is_too_short_for_a_line_is_told_in_sum(
    running: Application, cast: Cast, browser: Browser, language: str, seconds: str
) -> None:
    kept = await keep(running, cast)
    async with running.context.database.transaction() as db:
        first, second, *_ = await recordings.tracks(db, kept.recording.id)
        first.details = {**first.details, "short_missing_ms": 900}
        second.details = {**second.details, "short_missing_ms": 660}
        (await db.get_one(Recording, kept.recording.id)).missing = []

    path = f"/recordings/{kept.recording.id}"
    page = (await (await browser(cast.researcher, language)).get(path)).text

    assert f" {seconds} s." in page


async def test_a_recording_of_which_nothing_was_noted_claims_nothing(
    browser: Browser, running: Application, cast: Cast
) -> None:
    meeting = Meeting(group_id=cast.group_id, starts_at=now(), state=MeetingState.ENDED)
    recording = Recording(
        meeting_id=meeting.id, state=RecordingState.READY, node_name="n", started_at=now()
    )
    async with running.context.database.transaction() as db:
        db.add(meeting)
        await db.flush()
        db.add(recording)

    page = (await (await browser(cast.researcher, "en")).get(f"/recordings/{recording.id}")).text

    assert 'id="completeness"' not in page


@pytest.mark.parametrize(("kept_ms", "shown_ms"), [(60_000, 60_000), (None, 10_000)])
async def test_pictures_stand_for_the_time_that_they_were_made_for(
    kept_ms: int | None, shown_ms: int, browser: Browser, running: Application, cast: Cast
) -> None:
    """Also those from before it was written down."""
    kept = await keep(running, cast)
    async with kept.context.database.transaction() as db:
        await kept._file(db, FileKind.PREVIEW, cast.bob, "video", await kept.tapes())
        files = await recordings.files(db, kept.recording.id)
        next(each for each in files if each.kind == FileKind.PREVIEW).step_ms = kept_ms
    page = await (await browser(cast.researcher)).get(f"/recordings/{kept.recording.id}")
    data = re.search(r'id="data">(.*?)</script>', page.text, re.DOTALL)
    assert data is not None
    (sheet,) = [p["preview"] for p in json.loads(data[1])["people"] if p["preview"]]
    assert sheet["step_ms"] == shown_ms


@pytest.mark.parametrize(
    ("minutes", "step_s"), [(0, 10), (50, 10), (50.01, 20), (100, 20), (120, 30), (480, 100)]
)
def test_earlier_sheets_had_three_hundred_pictures_at_most(minutes: float, step_s: int) -> None:
    assert earlier_step(round(minutes * 60_000)) == step_s * 1000
