"""Words on the recording's page: heard from where they stand, corrected, added and taken away."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.browser.test_segmentations import written_by_a_machine

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def saved(page: Page) -> None:
    await renewed(page, "Tallenna")


async def renewed(page: Page, button: str) -> None:
    """The page comes anew, with its scripts."""
    async with page.expect_navigation():
        await page.locator(".line-form").get_by_role("button", name=button).click()
    await expect(page.locator(".line-form")).to_have_count(0)


async def test_a_machines_words_are_corrected_by_people(site: Site) -> None:
    recording = await written_by_a_machine(site)
    async with site.visitor(site.played.administrator) as visitor:
        page = await visitor.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/recordings/{recording}#transcript")
        first, second = (page.locator("[data-line]").nth(n) for n in (0, 1))
        await expect(first.locator(".tag")).to_contain_text("tarkistamaton")

        await first.locator("[data-edit]").press("Enter")
        text = page.locator(".line-form textarea")
        await expect(text).to_be_focused()
        await text.press("Escape")
        await expect(first.locator("[data-edit]")).to_be_focused()
        await first.locator("[data-edit]").press("Enter")
        await text.fill("Hyvää iltaa, ystävät!")
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            await check(page)
            await take(page, f"transcript_edit-{width}")
        await saved(page)
        await expect(first.locator(".words")).to_have_text("Hyvää iltaa, ystävät!")
        await expect(first.locator(".tag")).to_have_count(0)

        await second.locator("[data-edit]").click()
        await page.locator(".line-form").get_by_label("Loppuu (s)").fill("9")
        await page.locator(".line-form").get_by_role("button", name="Tallenna").click()
        await expect(page.locator(".line-form [role=alert]")).not_to_be_empty()
        await page.locator(".line-form").get_by_role("button", name="Poista rivi").click()
        await expect(page.locator("[data-line]")).to_have_count(1)

        await page.locator("[data-add]").click()
        await page.locator(".line-form textarea").fill("No niin.")
        await saved(page)
        await expect(page.locator("[data-line] .words")).to_have_text(
            ["No niin.", "Hyvää iltaa, ystävät!"]
        )
        assert not [fault for fault in faults if "422" not in fault]
