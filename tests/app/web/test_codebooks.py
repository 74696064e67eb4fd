"""The pages of codebooks."""

import json
import re
from html import unescape

import pytest

from app.kit.languages import LANGUAGES
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded import Coded, coded
from tests.fixtures.kept import keep


@pytest.fixture
async def work(running: Application, cast: Cast) -> Coded:
    return await coded(await keep(running, cast), with_bales=True)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_team_sees_the_codebooks_and_every_version_to_read(
    language: str, work: Coded, browser: Browser
) -> None:
    client = await browser(work.first, language)
    listed = await client.get(f"/programmes/{work.kept.cast.programme_id}/codebooks")
    assert f"/codebooks/{work.version.codebook_id}" in listed.text
    page = unescape((await client.get(f"/codebook-versions/{work.version.id}")).text)
    for axis, code in work.document.codes():
        assert axis.name.said(language) in page
        assert code.label in page
    assert page.count("JMIR 2020") == 17, "the axis and each of its codes"


async def test_one_press_begins_the_starter(work: Coded, browser: Browser) -> None:
    client = await browser(work.first, "en")
    page = await client.get(f"/programmes/{work.kept.cast.programme_id}/codebooks")
    bodies = [
        json.loads(b.replace("&#34;", '"')) for b in re.findall(r'data-body="([^"]+)"', page.text)
    ]
    assert {"name": "Codebook"} in bodies
    client = work.first.client
    path = f"/api/v1/programmes/{work.kept.cast.programme_id}/codebooks"
    for body in bodies:
        assert (await client.post(path, json=body)).status_code == 201


async def test_the_editor_has_what_its_module_needs(work: Coded, browser: Browser) -> None:
    client = await browser(work.first)
    page = await client.get(f"/codebooks/{work.version.codebook_id}")
    found = re.search(r'id="data">(.+?)</script>', page.text, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["revision"] == 0
    assert data["document"] == work.document.model_dump(mode="json")
    assert data["fresh"]["axis"]["codes"] == []


async def test_a_version_that_touches_codings_offers_a_mapping(
    work: Coded, browser: Browser
) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["life"])
    document = work.document
    document.axes[0].codes = [c for c in document.axes[0].codes if c.label != "life"]
    book = f"/api/v1/codebooks/{work.version.codebook_id}"
    form = {"document": document.model_dump(mode="json"), "revision": 0}
    await work.first.client.put(f"{book}/draft", json=form)
    assert (await work.first.client.post(f"{book}/versions", json={"revision": 1})).is_success
    for person, may in ((work.first, False), (work.second, True)):
        page = await (await browser(person)).get(f"/codebooks/{work.version.codebook_id}")
        assert ("Koodauksia: 8" in page.text) is may, "who does not decide may yet code blind"
        assert ("data-applies" in page.text) is may


async def test_others_find_nothing(work: Coded, browser: Browser) -> None:
    for person in (work.kept.cast.alice, work.kept.cast.bob, work.kept.cast.mallory):
        client = await browser(person)
        for path in (
            f"/programmes/{work.kept.cast.programme_id}/codebooks",
            f"/codebooks/{work.version.codebook_id}",
            f"/codebook-versions/{work.version.id}",
        ):
            assert (await client.get(path)).status_code == 404
