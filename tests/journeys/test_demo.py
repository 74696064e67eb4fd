"""`make demo`: sign-ins are printed, and a finished, indexed, coded meeting is there to look at."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from app.accounts.http import ACCESS_COOKIE
from tests.browser.conftest import FLAGS
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take
from tests.fixtures.installation import Installation, installation
from tests.fixtures.programme import got, made

PICTURED = (
    *("codebooks", "codebook", "codebook_version", "coding", "coding_work", "adjudication"),
    "transcripts",
)
"""The other pages have more to show in other tests."""


DRAWN_WITHIN_S = 60
"""The worker looks for what is to be drawn every five seconds."""


async def signed_in(running: Installation, email: str) -> str:
    row = next(line for line in running.output if email in line)
    password = row.split("│")[4].strip()
    async with running.client() as nobody:
        answer = await made(nobody, "sign-in", email=email, password=password)
    return str(answer["access_token"])


@pytest.mark.thorough
@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.parametrize("width", AT_BOTH)
async def test_the_demonstration_ends_with_turns_and_codes_to_look_at(
    tmp_path: Path, width: str
) -> None:
    async with installation(tmp_path, "--demo") as running:
        programme = (await running.says(r"/programmes/(\S+)", timeout_s=300))[1]
        recording = (await running.says(r"/recordings/(\S+)"))[1]
        async with running.client(await signed_in(running, "admin@demo.example")) as api:
            await turns(api, recording)
            await words(api, recording)
            await notes(api, recording)
            await chat(api, recording)
            await figures(api, recording)
            version = await coded(api, programme, recording)
            pages = await research_pages(api, programme, recording, version)
        researcher = await signed_in(running, "riikka@demo.example")
        async with async_playwright() as playwright:
            path = "/usr/bin/chromium"
            browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
            await looked_at(browser, running.url, researcher, pages, width)
            await browser.close()


async def notes(api: httpx.AsyncClient, recording: str) -> None:
    """On the recording's time line, in the order in which they were noted."""
    found = await got(api, f"recordings/{recording}")
    listed = (await got(api, f"meetings/{found['meeting_id']}/notes"))["items"]
    assert [each["kind"] for each in listed] == ["observation", "technical", "observation"]
    assert all(0 < each["position_ms"] < found["duration_ms"] for each in listed)
    assert {each["author"] for each in listed} == {"Aino Vetäjä"}


async def chat(api: httpx.AsyncClient, recording: str) -> None:
    """Of those who agreed to it; what Cecilia wrote went to the room alone."""
    listed = (await got(api, f"recordings/{recording}/chat"))["items"]
    assert [each["name"] for each in listed] == ["Bertta Mäkelä", "Aino Vetäjä"]
    assert 0 < listed[0]["position_ms"] < listed[1]["position_ms"]


async def figures(api: httpx.AsyncClient, recording: str) -> None:
    """Who was there all the time was heard all the time, whatever of their sound was not sent."""
    found = await got(api, f"recordings/{recording}")
    told = await got(api, f"meetings/{found['meeting_id']}/analysis")
    assert told["coverage"]["counted"] >= 2
    assert told["coverage"]["unrecorded_ms"] == 0
    for row in told["people"]:
        assert row["present_ms"] > 0.9 * found["duration_ms"], row
    group = (await got(api, f"meetings/{found['meeting_id']}"))["group_id"]
    async with asyncio.timeout(DRAWN_WITHIN_S):
        while not (series := await got(api, f"groups/{group}/analysis"))["drawn"]:
            await asyncio.sleep(0.5)
    by = {row["figure"]: row for row in series["spread"] if row["facilitator"] == "with"}
    assert 0 < by["overlap"]["p"] <= 1


async def research_pages(
    api: httpx.AsyncClient, programme: str, recording: str, version: dict[str, Any]
) -> dict[str, str]:
    """Every page of the research half, by name."""
    lines = await got(api, f"programmes/{programme}/coding-assignments")
    own = next(line["id"] for line in lines if line["coder"] == "Riikka Tutkija")
    found = await got(api, f"recordings/{recording}")
    group = (await got(api, f"meetings/{found['meeting_id']}"))["group_id"]
    return {
        "programme": f"/programmes/{programme}",
        "recording": f"/recordings/{recording}",
        "workbench": f"/recordings/{recording}/workbench",
        "codebooks": f"/programmes/{programme}/codebooks",
        "codebook": f"/codebooks/{version['codebook_id']}",
        "codebook_version": f"/codebook-versions/{version['id']}",
        "coding": f"/programmes/{programme}/coding",
        "coding_work": f"/coding/{own}",
        "adjudication": f"/recordings/{recording}/codings/{version['id']}",
        "agreement": f"/programmes/{programme}/agreement",
        "content": f"/programmes/{programme}/content",
        "analysis": f"/meetings/{found['meeting_id']}/analysis",
        "analysis_group": f"/groups/{group}/analysis",
        "programme_analysis": f"/programmes/{programme}/analysis",
        "sampling": f"/programmes/{programme}/sampling",
        "surveys": f"/programmes/{programme}/surveys",
        "linkage": f"/programmes/{programme}/linkage",
        "transcripts": f"/programmes/{programme}/transcripts?words=ty%C3%B6",
        "history": f"/recordings/{recording}/history",
    }


async def looked_at(
    browser: Browser, url: str, token: str, pages: dict[str, str], width: str
) -> None:
    """As the researcher whose token this is. The pictures of some stand in the documentation."""
    wide, high = WIDTHS[width]
    context = await browser.new_context(
        viewport={"width": wide, "height": high}, timezone_id="Europe/Helsinki"
    )
    language = {"name": "emessi_language", "value": "fi", "url": url}
    await context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": url}, language])  # type: ignore[list-item]
    for name, path in pages.items():
        page = await context.new_page()
        faults = listen(page)
        answer = await page.goto(url + path)
        assert answer is not None
        assert answer.ok, path
        await page.wait_for_load_state("networkidle")
        await check(page)
        if name in PICTURED:
            await take(page, f"{name}-{width}", whole=False)
        assert await page.evaluate("document.documentElement.scrollWidth") <= wide, path
        assert faults == [], path
        await page.close()
    await context.close()


async def turns(api: httpx.AsyncClient, recording: str) -> None:
    """Of those who agreed to indexing; looked through by a person, but for the last."""
    assert (await got(api, f"recordings/{recording}"))["state"] == "ready"
    found = (await got(api, f"recordings/{recording}/turns"))["items"]
    names = {turn["name"] for turn in found}
    assert {"Aino Vetäjä", "Bertta Mäkelä"} <= names
    assert "Eero Lehto" not in names
    assert [turn["state"] for turn in found].count("proposed") == 1


async def words(api: httpx.AsyncClient, recording: str) -> None:
    """Of those who agreed to a transcript."""
    lines = (await got(api, f"recordings/{recording}/transcript"))["items"]
    assert {line["name"] for line in lines} == {"Aino Vetäjä", "Bertta Mäkelä"}


async def coded(api: httpx.AsyncClient, programme: str, recording: str) -> dict[str, Any]:
    """Both coders are done, differ here and there, and all but one difference is decided."""
    (book,) = await got(api, f"programmes/{programme}/codebooks")
    version: dict[str, Any] = book["versions"][0]
    lines = await got(api, f"programmes/{programme}/coding-assignments")
    assert [line["state"] for line in lines] == ["done", "done"]
    assert all(line["coded"] == line["turn_count"] > 4 for line in lines)
    path = f"recordings/{recording}/codings/{version['id']}/differences"
    differences = (await got(api, path))["differences"]
    assert [each["decided"] for each in differences].count(None) == 1
    assert len(differences) > 1
    agreement = await got(api, f"codebook-versions/{version['id']}/agreement")
    kappa = next(
        row["value"]
        for row in agreement["coefficients"]
        if (row["axis"], row["code"], row["coefficient"]) == ("theme", None, "kappa")
    )
    assert 0 < kappa < 1
    content = await got(api, f"codebook-versions/{version['id']}/content")
    assert content["coded"] == lines[0]["turn_count"]
    return version
