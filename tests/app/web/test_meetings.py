"""The meeting's page: what the browser's modules are told, and what a meeting that is over says."""

import json
import re
from uuid import UUID

import pytest

from app.consent.models import Purpose
from app.kit.db import now
from app.meetings.models import Meeting, MeetingState
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast


async def meeting_of(running: Application, group_id: UUID, state: MeetingState) -> UUID:
    meeting = Meeting(group_id=group_id, starts_at=now(), state=state)
    async with running.context.database.transaction() as db:
        db.add(meeting)
    return meeting.id


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_the_room_is_told_who_and_what(
    browser: Browser, running: Application, cast: Cast, language: str
) -> None:
    id_ = await meeting_of(running, cast.group_id, MeetingState.SCHEDULED)
    page = (await (await browser(cast.bob, language)).get(f"/meetings/{id_}")).text
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert data["language"] == language
    assert data["me"] == {"id": str(cast.bob.id), "name": "Bob"}
    assert data["writes_notes"] is False
    assert data["consent"] == {
        "text_version": 1,
        "purposes": [*Purpose],
        "decisions": {},
        "asked_again": False,
        "undecided": [*Purpose],
        "kept": [],
        "seen": 0,
    }


async def test_staff_who_only_watch_have_nothing_to_decide(
    browser: Browser, running: Application, cast: Cast
) -> None:
    id_ = await meeting_of(running, cast.group_id, MeetingState.OPEN)
    page = (await (await browser(cast.coordinator)).get(f"/meetings/{id_}")).text
    assert '"purposes": []' in page


@pytest.mark.parametrize("state", [MeetingState.ENDED, MeetingState.CANCELLED])
async def test_a_meeting_that_is_over_has_no_room(
    browser: Browser, running: Application, cast: Cast, state: MeetingState
) -> None:
    id_ = await meeting_of(running, cast.group_id, state)
    page = (await (await browser(cast.bob)).get(f"/meetings/{id_}")).text
    assert "meeting.js" not in page
    assert f"/groups/{cast.group_id}" in page


async def test_a_stranger_finds_no_meeting(
    browser: Browser, running: Application, cast: Cast
) -> None:
    id_ = await meeting_of(running, cast.group_id, MeetingState.OPEN)
    assert (await (await browser(cast.mallory)).get(f"/meetings/{id_}")).status_code == 404
