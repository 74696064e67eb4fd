"""What people do on the pages: come in by a link, plan, invite, decide, and listen."""

import re

import pytest
from playwright.async_api import Page, expect

from app.recordings.models import RecordingState
from tests.browser.conftest import Site
from tests.browser.test_pages import listen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_an_invitation_is_accepted_purpose_by_purpose(site: Site) -> None:
    async with site.visitor(None) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/i/{site.played.invitation}")
        await page.click("button.go")
        await expect(page.locator("[role=alert]")).to_contain_text("Kyllä tai Ei")
        await page.click("button[data-all=refused]")
        await page.click("[data-purpose=audio] label:first-child")
        await page.click("button.go")
        await page.wait_for_url(f"**/groups/{site.played.group}")
        await expect(page.locator("[data-purpose=audio] input[value=yes]")).to_be_checked()
        await expect(page.locator("[data-purpose=video] input[value=no]")).to_be_checked()
        await page.click("[data-purpose=audio] label:last-child")
        await expect(page.locator("[data-consents] .status")).to_contain_text("peruttu")
        assert not faults


async def test_a_facilitator_invites_and_plans_a_series(site: Site) -> None:
    async with site.visitor(site.played.facilitator) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/groups/{site.played.group}")
        await page.fill("#invited-name", "Pekka")
        await page.click("form[data-path='/invitations'] .button")
        await expect(page.locator("#invitation-link")).to_be_visible()
        assert "/i/" in await page.input_value("#invitation-url")
        await page.click("summary:has-text('Sovi tapaamisia')")
        await page.click("form[data-path='/meetings'] .button")
        await expect(page.locator("form[data-path='/meetings'] .fault")).to_be_visible()
        await page.fill("#starts_at", "2030-01-16T17:00")
        await page.click("form[data-path='/meetings'] .button")
        await expect(page.locator("text=14. tapaaminen").first).to_be_visible()


async def test_everybody_plays_on_one_clock(site: Site) -> None:
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        ready = site.played.recordings[RecordingState.READY]
        await page.goto(f"{site.url}/recordings/{ready}")
        await page.click("[data-action=play]")
        await _past(page, 5)
        await page.focus("[role=slider]")
        await page.keyboard.press("ArrowRight")
        await _past(page, 11)
        offsets = await page.evaluate(
            "JSON.parse(document.querySelector('#data').textContent).people"
            ".map((person) => person.files[0].start_ms / 1000)"
        )
        times = await page.evaluate(
            "[...document.querySelectorAll('.seat video')].map((video) => video.currentTime)"
        )
        common = [time + offset for time, offset in zip(times, offsets, strict=True)]
        assert max(common) - min(common) < 0.15


async def _past(page: Page, seconds: int) -> None:
    """Waits without evaluating strings in the page, which its security policy forbids."""
    later = re.compile("|".join(f"^{each}$" for each in range(seconds, 25)))
    await expect(page.locator("[role=slider]")).to_have_attribute(
        "aria-valuenow", later, timeout=30_000
    )
