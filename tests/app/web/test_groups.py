"""Home, programme and group, as each role sees them."""

import pytest

from app.meetings import placement
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

LANGUAGES = ("fi", "sv", "en")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_pages_speak_every_language(browser: Browser, cast: Cast, language: str) -> None:
    visitor = await browser(cast.administrator, language)
    for path in ("/", f"/programmes/{cast.programme_id}", f"/groups/{cast.group_id}"):
        answer = await visitor.get(path)
        assert answer.status_code == 200
        assert f'<html lang="{language}">' in answer.text


async def test_a_full_disk_is_told_to_the_administrator_alone(
    browser: Browser, running: Application, cast: Cast
) -> None:
    async with running.context.database.transaction() as db:
        for name, has_room in (("tampere-1", False), ("tampere-2", True)):
            await placement.heartbeat(
                db, name=name, public_url="", port=1, participants=0, has_room=has_room
            )
    home = (await (await browser(cast.administrator, "en")).get("/")).text
    assert "The disk of the server tampere-1 has no room" in home
    assert "tampere-2" not in home
    assert "tampere" not in (await (await browser(cast.alice, "en")).get("/")).text
    health = (await (await running.client()).get("/healthz")).json()
    assert health == {"status": "ok", "recording": "interrupted"}

    async with running.context.database.transaction() as db:
        await placement.heartbeat(db, name="tampere-1", public_url="", port=1, participants=0)
    assert "tampere" not in (await (await browser(cast.administrator)).get("/")).text


async def test_home_shows_only_what_is_mine(browser: Browser, cast: Cast) -> None:
    assert "Ryhmä 1" in (await (await browser(cast.bob)).get("/")).text
    assert "Ryhmä 1" not in (await (await browser(cast.mallory)).get("/")).text


async def test_a_member_can_decide_but_not_invite(browser: Browser, cast: Cast) -> None:
    page = (await (await browser(cast.bob)).get(f"/groups/{cast.group_id}")).text
    assert "data-consents" in page
    assert 'data-path="/invitations"' not in page
    assert 'data-path="/meetings"' not in page


async def test_a_facilitator_can_invite_and_plan(browser: Browser, cast: Cast) -> None:
    page = (await (await browser(cast.alice)).get(f"/groups/{cast.group_id}")).text
    assert 'data-path="/invitations"' in page
    assert 'data-path="/meetings"' in page


async def test_a_researcher_sees_the_programme_but_no_settings(
    browser: Browser, cast: Cast
) -> None:
    page = (await (await browser(cast.researcher)).get(f"/programmes/{cast.programme_id}")).text
    assert "Naiset johtajina" in page
    assert 'data-method="PATCH"' not in page


async def test_a_member_does_not_see_the_programme(browser: Browser, cast: Cast) -> None:
    answer = await (await browser(cast.bob)).get(f"/programmes/{cast.programme_id}")
    assert answer.status_code == 404


async def test_who_may_export_finds_the_programmes_tables_on_its_page(
    browser: Browser, cast: Cast
) -> None:
    path = f"/api/v1/programmes/{cast.programme_id}/export"
    for who, there in ((cast.coordinator, True), (cast.researcher, False)):
        page = (await (await browser(who)).get(f"/programmes/{cast.programme_id}")).text
        assert (f'href="{path}"' in page) == there
        assert (f'href="{path}?for=sharing"' in page) == there
