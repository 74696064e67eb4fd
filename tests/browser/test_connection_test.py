"""The connection test in real browsers: all open, UDP closed, nothing there, a wrong secret."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from signalling import node
from tests.browser.conftest import FLAGS, Site
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.fixtures.coturn import coturn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NO_UDP = "--webrtc-ip-handling-policy=disable_non_proxied_udp"
NO_DEVICES = "--use-fake-ui-for-media-stream=deny"
DONE_MS = 90_000


@asynccontextmanager
async def hosting(site: Site, **other: Any) -> AsyncIterator[None]:
    """A media node beside the application, set up otherwise in something."""
    stop = asyncio.Event()
    task = asyncio.create_task(node.run(site.settings.model_copy(update=other), stop))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def browsing(site: Site, *flags: str) -> AsyncIterator[Site]:
    """Another browser, which can do less."""
    browser = await site.browser.browser_type.launch(
        executable_path="/usr/bin/chromium", args=[*FLAGS, *flags]
    )
    try:
        yield replace(site, browser=browser)
    finally:
        await browser.close()


async def run(page: Page, site: Site) -> None:
    """Opens the page once a node is known to it, and waits for the verdict."""
    await page.goto(f"{site.url}/connection-test")
    await page.click("[data-action=test]")
    await page.wait_for_selector("#verdict:not([hidden])", timeout=DONE_MS)
    await page.wait_for_selector("[data-action=test]:not([aria-busy])", timeout=DONE_MS)


async def states(page: Page) -> dict[str, str]:
    """Of every line that is shown."""
    found: dict[str, str] = await page.eval_on_selector_all(
        "[data-check]:not([hidden])",
        "(lines) => Object.fromEntries(lines.map(({ dataset: d }) => [d.check, d.state]))",
    )
    return found


async def alive(site: Site) -> None:
    async with site.visitor(None) as context:
        page = await context.new_page()
        async with asyncio.timeout(20):
            while True:
                await page.goto(f"{site.url}/connection-test")
                if '"url": null' not in await page.content():
                    return


@pytest.mark.parametrize("width", WIDTHS)
async def test_where_everything_is_open_it_says_so(site: Site, width: str, tmp_path: Path) -> None:
    async with coturn(tmp_path) as turn, hosting(site, turn_server=turn.settings()):
        await alive(site)
        size = WIDTHS[width]
        async with site.visitor(None, width=size[0], height=size[1]) as context:
            page = await context.new_page()
            faults = listen(page)
            await run(page, site)

            assert set((await states(page)).values()) == {"good"}, await states(page)
            assert len(await states(page)) == 7
            await expect(page.locator("#verdict")).to_contain_text("Yhteys toimii")
            await expect(page.locator("[data-check=direct]")).to_contain_text("katosi 0 %")
            await check(page)
            await take(page, f"connection_test-{width}")
            assert not faults


@pytest.mark.parametrize("width", WIDTHS)
async def test_where_udp_is_closed_it_tells_of_the_detour_and_what_to_ask_for(
    site: Site, width: str, tmp_path: Path
) -> None:
    async with (
        coturn(tmp_path) as turn,
        hosting(site, turn_server=turn.settings()),
        browsing(site, NO_UDP) as limited,
    ):
        await alive(site)
        size = WIDTHS[width]
        async with limited.visitor(None, "fi", *size) as context:
            page = await context.new_page()
            await run(page, limited)

            found = await states(page)
            assert (found["direct"], found["turn_udp"]) == ("bad", "bad")
            assert (found["turn_tcp"], found["turn_tls"]) == ("good", "good")
            verdict = page.locator("#verdict")
            await expect(verdict).to_contain_text("kiertotietä")
            await expect(verdict).to_contain_text("UDP ")
            await check(page)
            await take(page, f"connection_test_no_udp-{width}")


async def test_without_any_way_it_names_every_place_to_open(site: Site) -> None:
    async with hosting(site), browsing(site, NO_UDP, NO_DEVICES) as limited:
        await alive(site)
        async with limited.visitor(None, "en", *WIDTHS["390"]) as context:
            page = await context.new_page()
            await run(page, limited)

            found = await states(page)
            assert found == {
                "websocket": "good", "direct": "bad", "camera": "bad", "microphone": "bad",
            }  # fmt: skip
            verdict = page.locator("#verdict")
            await expect(verdict).to_contain_text("do not get through")
            await expect(verdict).to_contain_text("can set up a TURN server")
            await check(page)
            await take(page, "connection_test_closed-390")


async def test_a_turn_server_with_another_secret_is_named_as_such(
    site: Site, tmp_path: Path
) -> None:
    async with (
        coturn(tmp_path) as turn,
        hosting(site, turn_server=turn.settings("udp", secret="another")),
    ):
        await alive(site)
        async with site.visitor(None, "en") as context:
            page = await context.new_page()
            await run(page, site)

            assert (await states(page))["turn_udp"] == "bad"
            await expect(page.locator("[data-check=turn_udp]")).to_contain_text("did not accept")
            await expect(page.locator("#verdict")).to_contain_text("The connection works")
            await expect(page.locator("#verdict")).to_contain_text("EMESSI_TURN_SERVER__SECRET")


async def test_without_a_node_it_says_that_nobody_answers(site: Site) -> None:
    async with site.visitor(None, "sv") as context:
        page = await context.new_page()
        await run(page, site)

        assert (await states(page))["websocket"] == "bad"
        await expect(page.locator("#verdict")).to_contain_text("kan inte nås")
