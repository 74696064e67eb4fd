"""The pages of coding: what they show, and to whom."""

import json
import re
from typing import Any

import pytest

from app.kit.languages import LANGUAGES
from tests.app.coding.test_comparing import both, decide
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded import Coded, coded
from tests.fixtures.kept import keep


@pytest.fixture
async def work(running: Application, cast: Cast) -> Coded:
    return await coded(await keep(running, cast))


def data_of(text: str) -> dict[str, Any]:
    found = re.search(r'id="data">(.+?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


async def test_the_queue_shows_mine_and_how_far_all_are(work: Coded, browser: Browser) -> None:
    mine = await work.assign(work.first)
    await work.put(work.first, mine, work.turns[0], "theme", "values")
    await work.put(work.first, mine, work.turns[0], "function", "opinion")
    path = f"/programmes/{work.kept.cast.programme_id}/coding"
    page = await (await browser(work.first, "en")).get(path)
    assert f"/coding/{mine}" in page.text
    assert "Turns coded 1 of 8" in page.text
    assert 'id="assign"' not in page.text
    page = await (await browser(work.second, "en")).get(path)
    assert 'id="assign"' in page.text
    assert f'href="/coding/{mine}"' not in page.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_coders_page_holds_no_name_and_says_what_blind_means(
    language: str, work: Coded, browser: Browser
) -> None:
    mine = await work.assign(work.first)
    page = await (await browser(work.first, language)).get(f"/coding/{mine}")
    assert page.status_code == 200
    for person in (work.kept.cast.alice, work.kept.cast.bob, work.kept.cast.carol):
        assert person.user.name not in page.text
        assert str(person.id) not in page.text
    data = data_of(page.text)
    assert data["audio"].startswith(f"/api/v1/recordings/{work.kept.recording.id}/files/")
    assert len([turn for turn in data["turns"] if turn["is_mine"]]) == 8
    words = {"fi": "tunnistaa", "sv": "kännas igen", "en": "recognised"}
    assert words[language] in page.text
    assert f'href="/codebook-versions/{work.version.id}"' in page.text, "where each code ends"


async def test_another_coder_and_outsiders_get_no_page(work: Coded, browser: Browser) -> None:
    mine = await work.assign(work.first)
    for person in (work.second, work.kept.cast.alice, work.kept.cast.mallory):
        assert (await (await browser(person)).get(f"/coding/{mine}")).status_code == 404


async def test_differences_are_shown_side_by_side_once_both_are_done(
    work: Coded, browser: Browser
) -> None:
    one = await work.assign(work.first)
    path = f"/recordings/{work.kept.recording.id}/codings/{work.version.id}"
    client = await browser(work.second, "en")
    early = await client.get(path)
    assert early.status_code == 409
    assert "still being coded" in early.text
    await work.kept.cast.coordinator.client.delete(f"/api/v1/coding-assignments/{one}")
    await both(work)
    await decide(work, 2, "strain", reason="Heard again")
    page = await client.get(path)
    assert page.status_code == 200
    assert "Coder 1" in page.text
    assert "Coder 2" in page.text
    assert "Heard again" in page.text
    assert page.text.count('class="card difference"') == 2
    assert "Turns coded twice 8, differences 2, decided 1." in page.text
    assert work.kept.cast.bob.user.name not in page.text
