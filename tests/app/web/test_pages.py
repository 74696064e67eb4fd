"""The files, the texts, the choice of language, and what is not there."""

import pytest

from tests.app.web.conftest import Browser


async def test_modules_come_from_here_and_are_checked_for_news(browser: Browser) -> None:
    visitor = await browser()
    answer = await visitor.get("/static/meeting.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    again = await visitor.get(
        "/static/meeting.js", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/static/../pages.py", "/static/nothing.js", "/nowhere"])
async def test_what_is_not_there_says_so_on_a_page(browser: Browser, path: str) -> None:
    answer = await (await browser()).get(path)
    assert answer.status_code == 404


async def test_programs_hear_of_it_as_a_problem(browser: Browser) -> None:
    answer = await (await browser()).get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:emessi:problem:not_found"


async def test_modules_get_the_texts_of_a_language_that_exists(browser: Browser) -> None:
    visitor = await browser()
    assert (await visitor.get("/languages/sv.json")).json()["consent.yes"] == "Ja"
    assert (await visitor.get("/languages/xx.json")).status_code == 404


async def test_a_language_that_is_chosen_stays(browser: Browser) -> None:
    visitor = await browser()
    answer = await visitor.get("/language/en?next=/sign-in")
    assert answer.headers["location"] == "/sign-in"
    visitor.cookies.clear()
    visitor.cookies.set("emessi_language", answer.cookies["emessi_language"])
    assert '<html lang="en">' in (await visitor.get("/sign-in")).text


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_choosing_a_language_leads_nowhere_else(browser: Browser, elsewhere: str) -> None:
    answer = await (await browser()).get("/language/en", params={"next": elsewhere})
    assert answer.headers["location"] == "/"
