"""A recording is played on after the sign-in ran out; whom nobody hears any more is told."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from app.recordings.models import RecordingState
from tests.browser.conftest import Site
from tests.browser.signing import run_out, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

HEARD = """() => [...document.querySelectorAll(".seat video, .seat audio")].map((each) => ({
  at: each.currentTime, paused: each.paused, error: each.error !== null, tries: each.src }))"""
FIRST = "document.querySelector('.seat video')"


async def until_heard(page: Page, count: int) -> None:
    """So many files play, none of them with a fault."""
    async with asyncio.timeout(30):
        while True:
            heard = await page.evaluate(HEARD)
            if sum(not each["paused"] and not each["error"] for each in heard) == count:
                return
            await asyncio.sleep(0.1)


async def test_everybody_is_heard_after_the_sign_in_ran_out(site: Site) -> None:
    recording = site.played.recordings[RecordingState.READY]
    async with site.visitor(None) as context:
        page = await context.new_page()
        await sign_in(page, site, site.played.administrator)
        await page.goto(f"{site.url}/recordings/{recording}#t=5")
        await page.wait_for_load_state("networkidle")
        play = page.locator(".controls button").first
        await play.click()
        await until_heard(page, 5)

        await run_out(page)
        await page.evaluate(f"{FIRST}.src += '?'")  # asked for anew, as a later part is
        async with asyncio.timeout(20):
            while not await page.evaluate(f"{FIRST}.currentTime > 5.2"):
                await asyncio.sleep(0.1)
        await until_heard(page, 5)
        apart = await page.evaluate(HEARD)
        assert abs(apart[0]["at"] - apart[1]["at"]) < 0.5
        alarm = page.locator(".player [role=alert]")
        await expect(alarm).to_be_hidden()

        await page.evaluate(f"{FIRST}.src = '/api/v1/recordings/{recording}/files/{recording}'")
        await expect(alarm).to_contain_text("Ei toistu: Aino Virtanen.", timeout=20_000)
        await until_heard(page, 4)
