"""Signing in, setting up, and invitations."""

import pytest

from app.groups.models import GroupRole
from app.invitations import service as invitations
from app.web.entrance import inside
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

LANGUAGES = ("fi", "sv", "en")


@pytest.fixture
async def invitation(running: Application, cast: Cast) -> str:
    tokens = running.context.tokens
    async with running.context.database.transaction() as db:
        link = await invitations.create(
            db, tokens, cast.alice.actor, cast.group_id, role=GroupRole.MEMBER, name="Tuula"
        )
    return tokens.link(link.id)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/sign-in", "/set-up?token=x", "/set-up"])
async def test_the_ways_in_speak_every_language(browser: Browser, path: str, language: str) -> None:
    answer = await (await browser(None, language)).get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text


async def test_one_who_is_signed_in_need_not_sign_in(browser: Browser, cast: Cast) -> None:
    answer = await (await browser(cast.bob)).get("/sign-in?next=/groups/x")
    assert answer.headers["location"] == "/groups/x"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_invitation_asks_about_every_purpose_and_ticks_none(
    browser: Browser, invitation: str, language: str
) -> None:
    answer = await (await browser(None, language)).get(f"/i/{invitation}")
    assert answer.text.count('value="granted"') == answer.text.count('value="refused"') == 8
    assert "checked" not in answer.text
    assert "Esimerkkiyliopisto" in answer.text


async def test_a_link_that_nobody_made_is_not_found(browser: Browser) -> None:
    assert (await (await browser()).get("/i/guess")).status_code == 404


async def test_a_revoked_link_says_so(
    browser: Browser, running: Application, cast: Cast, invitation: str
) -> None:
    async with running.context.database.transaction() as db:
        link = await invitations.find(db, invitation)
        await invitations.revoke(db, cast.alice.actor, link.id)
    assert (await (await browser()).get(f"/i/{invitation}")).status_code == 410


def test_addresses_outside_are_not_followed() -> None:
    assert inside("/groups/1?a=b") == "/groups/1?a=b"
    assert inside("https://evil.example") == inside("//evil.example") == "/"
