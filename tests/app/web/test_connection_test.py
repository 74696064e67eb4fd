"""The connection test is for anyone, and says which node it would try."""

import json
import re

from app.meetings import placement
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application


def told(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


async def test_anyone_may_look(browser: Browser) -> None:
    answer = await (await browser(language="sv")).get("/connection-test")

    assert answer.status_code == 200
    assert "Anslutningstest" in answer.text
    assert "data-check=" in answer.text
    assert told(answer.text) == {"url": None}


async def test_the_node_of_the_next_meeting_is_tried(
    browser: Browser, running: Application
) -> None:
    async with running.context.database.transaction() as db:
        for name, participants in (("full", 40), ("free", 4)):
            await placement.heartbeat(
                db,
                name=name,
                public_url=f"wss://meet.example.org/{name}/",
                port=8421,
                participants=participants,
            )

    answer = await (await browser()).get("/connection-test")

    assert told(answer.text) == {"url": "wss://meet.example.org/free/ws/trial"}
