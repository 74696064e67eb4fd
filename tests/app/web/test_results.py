"""The pages of agreement, of content and of a whole programme: who reads them, what is on them."""

import re

import pytest
from sqlmodel import select

from app.codebooks.models import CodebookVersion
from app.kit.languages import LANGUAGES
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import AXES as USED
from tests.fixtures.coded_series import plant
from tests.fixtures.remembered import coded_series, one_series
from tests.fixtures.series import PEOPLE, Series

AXES = ("theme", "function", "reference", "valence", "opening", "ending")
PAGES = ("agreement", "content", "analysis")


@pytest.fixture
async def series(running: Application, cast: Cast) -> Series:
    return await one_series(running, cast)


@pytest.fixture
async def coded(running: Application, cast: Cast, series: Series) -> Series:
    await coded_series(running, cast, [series], most=2)
    return series


@pytest.mark.parametrize("who", ["alice", "bob", "mallory"])
async def test_nobody_else_reads_them(who: str, cast: Cast, browser: Browser) -> None:
    client = await browser(getattr(cast, who))
    for page in PAGES:
        answer = await client.get(f"/programmes/{cast.programme_id}/{page}")
        assert answer.status_code == 404, page


async def test_with_nothing_to_tell_they_say_what_to_do(cast: Cast, browser: Browser) -> None:
    client = await browser(cast.researcher, "en")
    words = ("no published codebook yet", "no published codebook yet", "no speaking turns yet")
    for page, said in zip(PAGES, words, strict=True):
        answer = await client.get(f"/programmes/{cast.programme_id}/{page}")
        assert answer.status_code == 200
        assert said in answer.text


async def test_they_are_whole_in_every_language(
    cast: Cast, coded: Series, browser: Browser
) -> None:
    for language in LANGUAGES:
        client = await browser(cast.researcher, language)
        pictures = {"agreement": 0, "content": 5, "analysis": 4}
        for page, count in pictures.items():
            text = (await client.get(f"/programmes/{cast.programme_id}/{page}")).text
            for room in ("agreement", "content", "analysis", "sampling"):
                assert f">{room}." not in text, (page, room)
                assert f"{room}.about" not in text
            assert text.count("<svg xmlns") == count
            assert text.count('class="definition"') >= 2
            assert not [name for name in PEOPLE if name in text]
            assert ">nan" not in text


async def test_agreement_leads_to_the_moment_and_tells_that_recordings_are_few(
    cast: Cast, coded: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    text = (await client.get(f"/programmes/{cast.programme_id}/agreement")).text
    assert "too few recordings for intervals" in text
    assert "#t=" in text
    assert "Neutral ↔ Positive" in text
    assert "Coder 1: " in text
    assert re.search(r"Turns accepted by people</dt><dd>0 / \d+</dd>", text)
    assert re.search(r'class="hint rules">[^<]*bridge_pause_ms', text)


async def test_what_others_may_see_has_neither_persons_nor_pictures(
    cast: Cast, coded: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    path = f"/programmes/{cast.programme_id}/content"
    open_ = (await client.get(path)).text
    hidden = (await client.get(path, params={"hide": "1"})).text
    assert "By person" in open_
    assert "By person" not in hidden
    assert "<svg xmlns" not in hidden
    assert ">hidden</span>" in hidden
    assert "Size of differences" in open_
    assert "Size of differences" not in hidden
    assert "hide=true" in hidden
    part = await client.get(path, params={"hide": "1", "group": str(coded.group)})
    assert part.status_code == 422
    assert "of the whole programme" in part.text


async def test_group_and_meeting_lead_to_their_content(
    cast: Cast, coded: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    for path, asked in (
        (f"/groups/{coded.group}/analysis", f"content?group={coded.group}"),
        (f"/meetings/{coded.meetings[0]}/analysis", f"meeting={coded.meetings[0]}"),
    ):
        assert asked in (await client.get(path)).text
    one = {"group": str(coded.group), "meeting": str(coded.meetings[0])}
    text = (await client.get(f"/programmes/{cast.programme_id}/content", params=one)).text
    assert text.count("<svg xmlns") == 5
    for other in ("x", str(cast.programme_id)):  # no group of this programme
        path, asked = f"/programmes/{cast.programme_id}/content", {"group": other}
        assert (await client.get(path, params=asked)).status_code == 404


async def test_an_axis_that_nobody_used_has_no_table(
    cast: Cast, coded: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    text = (await client.get(f"/programmes/{cast.programme_id}/agreement")).text
    parts = {label: text.split(f'id="{label}"')[1].split("</section>")[0] for label in AXES}
    assert {label for label, part in parts.items() if "<table>" in part} == set(USED)
    assert all("Nobody gave codes" in parts[label] for label in AXES if label not in USED)


async def test_of_a_tree_of_codes_the_main_ones_are_shown_too(
    running: Application, cast: Cast, coded: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    content = f"/programmes/{cast.programme_id}/content"
    assert "Level of codes" not in (await client.get(content)).text
    async with running.context.database.transaction() as db:
        await plant(db, (await db.exec(select(CodebookVersion.id))).one())
    fine = (await client.get(content)).text
    assert '<option value="codes" selected>as coded</option>' in fine
    assert "Leadership" in fine
    main = (await client.get(content, params={"level": "main"})).text
    assert '<option value="main" selected>main codes</option>' in main
    assert "level=main" in main, "tables to download are of the same level"
    assert "Leadership" not in main
    refused = await client.get(content, params={"level": "main", "hide": "1"})
    assert refused.status_code == 422
    assert "as they were coded" in refused.text
    agreement = (await client.get(f"/programmes/{cast.programme_id}/agreement")).text
    assert agreement.count("by main codes") == 1
