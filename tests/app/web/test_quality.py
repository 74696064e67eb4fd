"""The table of connections: in words, for those who may read it, and of those who agreed."""

import re

import pytest

from app.consent.models import Decision, Purpose
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import keep
from tests.fixtures.observed import Observed, observe


@pytest.fixture
async def observed(running: Application, cast: Cast) -> Observed:
    return await observe(await keep(running, cast))


def words(page: str) -> str:
    found = re.search(r'<section class="card connections">(.*?)</section>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]) if found else ""


@pytest.mark.parametrize(
    ("language", "worst"),
    [("en", "at worst 12 %"), ("fi", "pahimmillaan 12 %"), ("sv", "som sämst 12 %")],
)
async def test_a_researcher_finds_it_beside_the_recording(
    browser: Browser, observed: Observed, language: str, worst: str
) -> None:
    client = await browser(observed.kept.cast.researcher, language)
    page = (await client.get(f"/recordings/{observed.kept.recording.id}")).text

    assert "Bob" in words(page)
    assert worst in words(page)
    assert "Alice" not in words(page), "she did not agree to be studied"
    assert f'href="/api/v1/meetings/{observed.kept.meeting.id}/quality.csv"' in page


@pytest.mark.parametrize(("who", "reads"), [("olga", True), ("alice", False), ("bob", False)])
async def test_an_observer_finds_it_on_the_page_of_the_meeting(
    browser: Browser, observed: Observed, who: str, reads: bool
) -> None:
    client = await browser(getattr(observed.kept.cast, who), "en")
    page = await client.get(f"/meetings/{observed.kept.meeting.id}")

    assert page.status_code == 200
    assert ("at worst 180 ms" in words(page.text)) is reads
    assert ("2 s" in words(page.text)) is reads


async def test_after_a_withdrawal_there_is_no_table(browser: Browser, observed: Observed) -> None:
    kept = observed.kept
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

    client = await browser(kept.cast.researcher, "en")
    assert words((await client.get(f"/recordings/{kept.recording.id}")).text) == ""
