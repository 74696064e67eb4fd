"""The page of a recording, in each of its states and for who may play it."""

import json
import re

import pytest

from app.kit.db import now
from app.meetings.models import Meeting, MeetingState
from app.recordings.models import Recording, RecordingState
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast


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
