"""The pages of consent: who may open them, and what they are told."""

import re

import pytest

from app.consent.models import Purpose
from app.kit.languages import LANGUAGES
from tests.app.web.conftest import Browser
from tests.fixtures.cast import Cast

NEW = {"fi": "Uusi {controller}", "sv": "Ny {controller}", "en": "New {controller}"}


def editor(cast: Cast, rest: str = "") -> str:
    return f"/programmes/{cast.programme_id}/consent-text{rest}"


@pytest.mark.parametrize(
    ("who", "writes", "reads"),
    [
        ("administrator", 200, 200),
        ("coordinator", 200, 200),
        ("researcher", 403, 200),
        ("alice", 404, 404),
        ("bob", 404, 404),
        ("mallory", 404, 404),
    ],
)
async def test_who_writes_and_who_reads(
    who: str, writes: int, reads: int, browser: Browser, cast: Cast
) -> None:
    visitor = await browser(getattr(cast, who))
    assert (await visitor.get(editor(cast))).status_code == writes
    assert (await visitor.post(editor(cast, "/preview"), json=NEW)).status_code == writes
    assert (await visitor.get(editor(cast, "/1"))).status_code == reads
    assert (await visitor.get(editor(cast, "/2"))).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_has_its_pages(language: str, browser: Browser, cast: Cast) -> None:
    coordinator = await browser(cast.coordinator, language)
    for path in (editor(cast), editor(cast, "/1")):
        page = (await coordinator.get(path)).text
        for each in LANGUAGES:
            assert f'lang="{each}"' in page
        assert not re.findall(r"[>\"](?:consent_text|programme)\.[a-z_]+[<\"]", page)
    member = await browser(cast.bob, language)
    page = (await member.get(f"/groups/{cast.group_id}/receipt")).text
    assert not re.findall(r">(?:receipt|consent)\.[a-z_]+<", page)
    assert "Esimerkkiyliopisto" in page


async def test_the_preview_is_what_members_read(browser: Browser, cast: Cast) -> None:
    bodies = {
        "fi": "## Otsikko\n\n{controller} ja {muu} <script>",
        "sv": "",
        "en": "Kept {retention_days} days",
    }
    shown = (
        await (await browser(cast.coordinator)).post(editor(cast, "/preview"), json=bodies)
    ).json()

    assert shown["fi"]["html"].startswith("<h2>Otsikko</h2>")
    assert "Esimerkkiyliopisto ja {muu} &lt;script&gt;" in shown["fi"]["html"]
    assert shown["fi"]["unknown"] == ["muu"]
    assert shown["sv"]["is_missing"]
    assert "Kept 365 days" in shown["en"]["html"]
    assert "<ins>" in shown["en"]["difference"]


async def test_members_are_asked_again_on_every_page_until_they_answer(
    browser: Browser, cast: Cast
) -> None:
    member = await browser(cast.bob)
    mine = f"/api/v1/groups/{cast.group_id}/consents/me"

    async def answer(version: int) -> None:
        for purpose in Purpose:
            form = {"purpose": purpose, "decision": "refused", "text_language": "fi"}
            said = await cast.bob.client.post(mine, json=form | {"text_version": version})
            assert said.is_success

    async def asked() -> tuple[bool, bool]:
        home, group = await member.get("/"), await member.get(f"/groups/{cast.group_id}")
        return "#my-consents" in home.text, 'class="note ask"' in group.text

    assert await asked() == (True, True)
    await answer(1)
    assert await asked() == (False, False)
    path = f"/api/v1/programmes/{cast.programme_id}/consent-texts"
    await cast.coordinator.client.post(path, json=NEW)
    assert await asked() == (True, True)
    assert "Suostumusteksti on uusittu" in (await member.get(f"/groups/{cast.group_id}")).text
    await answer(2)
    assert await asked() == (False, False)


async def test_the_coordinator_is_told_of_details_nobody_agreed_to(
    browser: Browser, cast: Cast
) -> None:
    mine = f"/api/v1/groups/{cast.group_id}/consents/me"
    form = {"purpose": "audio", "decision": "granted", "text_version": 1, "text_language": "fi"}
    await cast.bob.client.post(mine, json=form)
    visitor = await browser(cast.coordinator)
    assert "data-otherwise" not in (await visitor.get(editor(cast))).text

    change = {"controller": "Toinen oy"}
    await cast.coordinator.client.patch(f"/api/v1/programmes/{cast.programme_id}", json=change)
    assert "data-otherwise" in (await visitor.get(editor(cast))).text
