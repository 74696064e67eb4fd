"""The connection test in real browsers: all open, UDP closed, nothing there, a wrong secret."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from app.kit.settings import RelaySettings
from signalling import node
from tests.browser.conftest import FLAGS, Site
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.fixtures.coturn import coturn
from tests.fixtures.firefox import firefox
from tests.fixtures.impairment import Middleman
from tests.fixtures.installation import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NO_UDP = "--webrtc-ip-handling-policy=disable_non_proxied_udp"
NO_DEVICES = "--use-fake-ui-for-media-stream=deny"
DONE_MS = 90_000
LOSS = 0.08
"""On the way there, and on the way back."""
FEWEST, MOST = 3, 30
"""Percent that chance makes of it: a machine that others use sends some sixty packets in the time
that is measured."""


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


async def through(page: Page, middleman: Middleman) -> None:
    """Media goes by the middleman, whose port the descriptions name."""

    def redirect(message: str) -> str:
        said = json.loads(message)
        for name in ("answer", "offer"):
            if name in said:
                said[name] = middleman.redirect(said[name])
        return json.dumps(said)

    def route(near: WebSocketRoute) -> None:
        far = near.connect_to_server()
        far.on_message(lambda message: near.send(redirect(str(message))))

    await page.route_web_socket("**/ws/trial", route)


async def look(page: Page, name: str) -> None:
    for width, (wide, high) in WIDTHS.items():
        await page.set_viewport_size({"width": wide, "height": high})
        await page.locator("#picture").scroll_into_view_if_needed()
        await check(page)
        await take(page, f"{name}-{width}")
        overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(overflow)


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


async def test_where_everything_is_open_it_says_so(site: Site, tmp_path: Path) -> None:
    async with coturn(tmp_path) as turn, hosting(site, turn_server=turn.settings()):
        await alive(site)
        async with site.visitor(None) as context:
            page = await context.new_page()
            faults = listen(page)
            await run(page, site)

            assert set((await states(page)).values()) == {"good"}, await states(page)
            assert len(await states(page)) == 7
            await expect(page.locator("#verdict")).to_contain_text("Yhteys toimii")
            await expect(page.locator("[data-check=direct]")).to_contain_text("katosi 0 %")
            await look(page, "connection_test")
            assert not faults


async def test_where_udp_is_closed_it_tells_of_the_detour_and_what_to_ask_for(
    site: Site, tmp_path: Path
) -> None:
    async with (
        coturn(tmp_path) as turn,
        hosting(site, turn_server=turn.settings()),
        browsing(site, NO_UDP) as limited,
    ):
        await alive(site)
        async with limited.visitor(None) as context:
            page = await context.new_page()
            await run(page, limited)

            found = await states(page)
            assert (found["direct"], found["turn_udp"]) == ("bad", "bad")
            assert (found["turn_tcp"], found["turn_tls"]) == ("good", "good")
            verdict = page.locator("#verdict")
            await expect(verdict).to_contain_text("kiertotietä")
            await expect(verdict).to_contain_text("UDP ")
            await look(page, "connection_test_no_udp")


@pytest.mark.thorough
async def test_where_packets_are_lost_it_says_how_many(site: Site) -> None:
    port = free_port(socket.SOCK_DGRAM)
    relay = RelaySettings(host="127.0.0.1", udp_port=port)
    async with hosting(site, relay=relay), AsyncExitStack() as stack:
        await alive(site)
        middleman = Middleman(("127.0.0.1", port), seed=1)
        middleman.everywhere(loss=LOSS)
        stack.callback(middleman.close)
        async with site.visitor(None, "en") as context:
            page = await context.new_page()
            await through(page, middleman)
            await run(page, site)

            assert (await states(page))["direct"] == "poor"
            detail = await page.inner_text("[data-check=direct] [data-part=detail]")
            found = re.search(r"([\d.]+) % was lost", detail)
            assert found is not None, detail
            assert FEWEST < float(found[1]) < MOST, detail
            await expect(page.locator("#verdict")).to_contain_text("slow or patchy")


@pytest.mark.thorough
async def test_firefox_measures_the_same(site: Site, tmp_path: Path) -> None:
    async with coturn(tmp_path) as turn, hosting(site, turn_server=turn.settings("udp", "tcp")):
        await alive(site)
        async with firefox(tmp_path / "profile") as tab:
            await tab.goto(f"{site.url}/connection-test")
            await tab.click("[data-action=test]")
            await tab.until("!document.getElementById('verdict').hidden", 90)
            lines = await tab.evaluate(
                "[...document.querySelectorAll('[data-check]:not([hidden])')]"
                ".map(({ dataset, innerText }) => [dataset.check, dataset.state, innerText])"
            )

            ways = {name: (state, text) for name, state, text in lines}
            for way in ("websocket", "direct", "turn_udp", "turn_tcp"):
                assert ways[way][0] == "good", ways


@pytest.mark.thorough
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


@pytest.mark.thorough
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
