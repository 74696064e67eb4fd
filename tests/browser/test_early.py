"""A page is seen before its modules have arrived: what is pressed by then is not lost."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import listen

pytestmark = pytest.mark.browser

LATE = pytest.mark.parametrize("late", ["**/static/page.js", "**/languages/fi.json"])
"""The module itself, or the texts that it waits for."""


async def held(page: Page, address: str) -> asyncio.Event:
    """Whatever is asked for under that address comes once the event is set."""
    come = asyncio.Event()

    async def wait(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route(address, wait)
    return come


@LATE
async def test_a_button_is_pressed_once_for_all_its_presses(site: Site, late: str) -> None:
    address = f"{site.url}/programmes/{site.played.programme}/retention?days=20"
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        faults = listen(page)
        come = await held(page, late)
        await page.goto(address, wait_until="commit")
        button = page.locator(".foreseen .button.danger")
        await button.click()
        await button.click()
        await expect(button).to_have_attribute("aria-busy", "true")
        assert await page.locator("dialog").count() == 0
        come.set()
        await expect(page.locator("dialog")).to_have_count(1)
        await page.click("dialog [data-choice='']")
        await expect(page.locator("dialog")).to_have_count(0)
        await expect(button).not_to_have_attribute("aria-busy", "true")
        assert page.url == address
        assert not faults


@LATE
async def test_a_form_is_sent_that_was_filled_in_before(site: Site, late: str) -> None:
    async with site.visitor(None) as context:
        page = await context.new_page()
        come = await held(page, late)
        await page.goto(f"{site.url}/sign-in", wait_until="commit")
        await page.fill("#email", "riitta@example.org")
        await page.fill("#password", "ei tämä")
        await page.keyboard.press("Enter")
        come.set()
        await expect(page.locator("form .status.bad")).to_be_visible()
        assert page.url == f"{site.url}/sign-in"


async def test_what_needs_no_module_waits_for_none(site: Site) -> None:
    programme = f"{site.url}/programmes/{site.played.programme}"
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        await held(page, "**/static/page.js")
        await page.goto(f"{programme}/audit", wait_until="commit")
        await page.select_option("#deed", "played")
        await page.click(".filter .button", no_wait_after=True)
        await page.wait_for_url("**/audit?*deed=played*", wait_until="commit")


async def test_a_module_that_fails_does_not_keep_the_buttons_of_the_others(site: Site) -> None:
    recording = next(iter(site.played.recordings.values()))
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        await page.route("**/static/recording.js", lambda route: route.abort())
        await page.goto(f"{site.url}/recordings/{recording}")
        await page.click("[data-next='/sign-in']")
        await page.wait_for_url(f"{site.url}/sign-in")
