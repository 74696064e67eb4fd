"""The page of a programme's sample."""

import pytest

from app.kit.languages import LANGUAGES
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.remembered import one_series

DRAW = {"method": "stratified", "parts": 3, "per_stratum": 1, "reason": "Yksi kustakin osasta"}


@pytest.fixture(autouse=True)
async def recorded(running: Application, cast: Cast) -> None:
    await one_series(running, cast)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_whole_in_every_language(
    language: str, cast: Cast, browser: Browser
) -> None:
    for form in (DRAW, DRAW | {"seed": 3}):
        path = f"/api/v1/programmes/{cast.programme_id}/samples"
        assert (await cast.coordinator.client.post(path, json=form)).status_code == 201
    client = await browser(cast.coordinator, language)
    page = (await client.get(f"/programmes/{cast.programme_id}/sampling")).text
    assert page.count('class="mark chosen"') == 3 + 1  # and one in the legend
    assert page.count("Yksi kustakin osasta") == 2
    assert page.count('data-kind="each"') == 6
    assert ">sampling." not in page
    programme = (await client.get(f"/programmes/{cast.programme_id}")).text
    assert f"/programmes/{cast.programme_id}/sampling" in programme
    assert ">sampling." not in programme


async def test_a_researcher_reads_and_does_not_decide(cast: Cast, browser: Browser) -> None:
    client = await browser(cast.researcher, "en")
    page = await client.get(f"/programmes/{cast.programme_id}/sampling")
    assert page.status_code == 200
    assert "No sample has been decided" in page.text
    assert "data-path=" not in page.text.split("<main")[1]


@pytest.mark.parametrize("who", ["alice", "bob", "mallory"])
async def test_nobody_else_knows_of_it(who: str, cast: Cast, browser: Browser) -> None:
    client = await browser(getattr(cast, who))
    assert (await client.get(f"/programmes/{cast.programme_id}/sampling")).status_code == 404
