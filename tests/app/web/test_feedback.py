"""The group's page about how its talk went: reached by whom, and what stands on it."""

import pytest

from app.consent.models import Purpose
from app.groups.models import GroupRole, Membership
from app.kit.languages import LANGUAGES
from app.programmes.models import Programme
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.remembered import one_series
from tests.fixtures.series import COUNT, PEOPLE, Series, agree


@pytest.fixture
async def series(running: Application, cast: Cast) -> Series:
    """With Bob in the group."""
    found = await one_series(running, cast)
    async with running.context.database.transaction() as db:
        role = GroupRole.MEMBER
        db.add(Membership(group_id=found.group, user_id=cast.bob.id, role=role, pseudonym="X1"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_whole_in_every_language(
    language: str, running: Application, cast: Cast, series: Series, browser: Browser
) -> None:
    async with running.context.database.transaction() as db:
        await agree(db, series, Purpose.FEEDBACK)
    client = await browser(cast.bob, language)
    page = f"/groups/{series.group}/summary"
    assert f'href="{page}"' in (await client.get(f"/groups/{series.group}")).text
    text = (await client.get(page)).text
    assert ">feedback." not in text
    assert ">analysis." not in text
    assert text.count('class="facts"') == COUNT
    assert text.count('class="definition"') == 2
    assert not [name for name in (*PEOPLE, *series.users) if name in text]


async def test_without_everybody_the_page_says_why(
    cast: Cast, series: Series, browser: Browser
) -> None:
    text = (await (await browser(cast.bob, "en")).get(f"/groups/{series.group}/summary")).text
    assert "not everybody has agreed" in text
    assert "<dl" not in text


async def test_a_programme_that_does_not_ask_has_no_link(
    running: Application, cast: Cast, series: Series, browser: Browser
) -> None:
    async with running.context.database.transaction() as db:
        (await db.get_one(Programme, cast.programme_id)).text_document = 2
    client = await browser(cast.bob, "en")
    assert f"/{series.group}/summary" not in (await client.get(f"/groups/{series.group}")).text
    text = (await client.get(f"/groups/{series.group}/summary")).text
    assert "does not ask for consent to a summary" in text
