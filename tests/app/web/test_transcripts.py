"""The words on a recording's page, and the page that searches them."""

import pytest

from app.consent.models import Decision, Purpose
from tests.app.transcripts.test_endpoints import imported
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_the_page_shows_the_words_and_says_how_to_get_a_model(
    language: str, browser: Browser, kept: Kept
) -> None:
    await imported(kept)
    reader = await browser(kept.cast.researcher, language)

    page = (await reader.get(f"/recordings/{kept.recording.id}")).text

    assert "Hyvää iltaa kaikille." in page
    assert 'data-start="1000"' in page
    assert "EMESSI_TRANSCRIBE__MODEL" in page


async def test_words_of_who_withdrew_are_not_on_it(browser: Browser, kept: Kept) -> None:
    await imported(kept)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.WITHDRAWN)
    reader = await browser(kept.cast.researcher, "en")

    page = (await reader.get(f"/recordings/{kept.recording.id}")).text

    assert "iltaa" not in page
    assert "Nobody in this recording has agreed to be written down." in page


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_the_search_finds_and_leads_to_the_moment(
    language: str, browser: Browser, kept: Kept
) -> None:
    await imported(kept)
    reader = await browser(kept.cast.researcher, language)
    here = f"/programmes/{kept.cast.programme_id}/transcripts"

    empty = (await reader.get(here)).text
    found = (await reader.get(here, params={"words": "ÄÄNI"})).text
    nothing = (await reader.get(here, params={"words": "<b>"})).text

    assert "100 %" not in empty
    assert f"/recordings/{kept.recording.id}?at=6000#line-" in found
    assert "Bob" not in found
    assert "&lt;b&gt;" in nothing
    refused = await (await browser(kept.cast.alice)).get(here)
    assert refused.status_code in (403, 404)
