"""The workbench's page and the rules on the programme's page: who sees them, and what is there."""

import json
import re
from typing import Any

import pytest

from app.kit.languages import LANGUAGES
from app.recordings.models import Recording, RecordingState
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


def data(text: str) -> Any:
    found = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", ["administrator", "coordinator", "researcher"])
async def test_a_lane_for_everyone_and_turns_for_who_agreed(
    who: str, language: str, kept: Kept, browser: Browser
) -> None:
    client = await browser(getattr(kept.cast, who), language)
    page = f"/recordings/{kept.recording.id}/workbench"
    assert page in (await client.get(f"/recordings/{kept.recording.id}")).text

    answer = await client.get(page)

    assert answer.status_code == 200
    assert "workbench." not in answer.text.replace("/workbench.", "")
    found = data(answer.text)
    assert {p["name"]: p["may_speak"] for p in found["people"]} == {"Alice": False, "Bob": True}
    assert all(len(person["files"]) == 1 and person["peaks"] for person in found["people"])
    assert found["duration_ms"] == 60_000
    for person in found["people"]:
        for path in (person["files"][0]["url"], f"/api/v1{person['peaks']}"):
            assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("who", ["alice", "olga", "bob"])
async def test_nobody_in_the_group_comes_in(who: str, kept: Kept, browser: Browser) -> None:
    client = await browser(getattr(kept.cast, who))
    answer = await client.get(f"/recordings/{kept.recording.id}/workbench")
    assert answer.status_code == 403


async def test_while_the_recording_is_made_again_the_page_says_so(
    kept: Kept, browser: Browser
) -> None:
    async with kept.context.database.transaction() as db:
        (await db.get_one(Recording, kept.recording.id)).state = RecordingState.CLAIMED
    client = await browser(kept.cast.researcher, "en")
    answer = await client.get(f"/recordings/{kept.recording.id}/workbench")
    assert answer.status_code == 409
    assert "Wait until the recording is ready" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_rules_and_their_history_stand_on_the_programmes_page(
    language: str, cast: Cast, browser: Browser
) -> None:
    path = f"/api/v1/programmes/{cast.programme_id}/turn-rules"
    rules = {"bridge_pause_ms": 700, "backchannel_max_ms": 900, "minimum_ms": 120}
    for laughter in ("own", "within"):
        form = {**rules, "laughter": laughter, "technical_talk": "left_out", "note": "Sovittu."}
        assert (await cast.coordinator.client.post(path, json=form)).status_code == 201

    for person, may_edit in ((cast.coordinator, True), (cast.researcher, False)):
        text = (
            await (await browser(person, language)).get(f"/programmes/{cast.programme_id}")
        ).text
        assert "900 ms" in text
        assert "700 / 900 / 120 ms" in text
        assert "Sovittu." in text
        assert not re.search(r"rules\.[a-z_]+<", text)
        assert (path.removeprefix("/api/v1") in text) is may_edit
