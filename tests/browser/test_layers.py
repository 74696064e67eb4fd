"""A camera is sent as large as somebody looks at it, and whoever is enlarged is seen large."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Page

from app.accounts.models import User
from tests.browser.conftest import Site
from tests.browser.test_pages import check, listen, take
from tests.browser.test_room import admit, hosting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

REMEMBER = """
  window.peers = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      super(...configuration);
      window.peers.push(this);
    }
  };
"""
SENT = """async () => {
  const lines = [];
  for (const peer of window.peers) {
    for (const entry of (await peer.getStats()).values()) {
      const video = entry.type === "outbound-rtp" && entry.kind === "video";
      if (video && entry.active) lines.push(entry.rid);
    }
  }
  return lines.sort().join("");
}"""
RECEIVED = """async () => {
  for (const peer of window.peers) {
    for (const entry of (await peer.getStats()).values()) {
      if (entry.type === "inbound-rtp" && entry.kind === "video") return entry.frameHeight;
    }
  }
}"""


async def enter(stack: AsyncExitStack, site: Site, user: User, width: int, height: int) -> Page:
    context = await stack.enter_async_context(site.visitor(user, width=width, height=height))
    await context.add_init_script(REMEMBER)
    page = await context.new_page()
    await page.goto(f"{site.url}/meetings/{site.played.open_meeting}")
    await page.wait_for_selector(".lobby-picture video:not([hidden])")
    await page.click("[data-action=join]")
    return page


async def becomes(page: Page, script: str, wanted: object) -> None:
    found = None
    try:
        async with asyncio.timeout(30):
            while (found := await page.evaluate(script)) != wanted:
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"{found!r} never became {wanted!r}") from None


async def test_a_camera_is_sent_as_large_as_it_is_looked_at(site: Site) -> None:
    people = site.played.people
    async with hosting(site), AsyncExitStack() as stack:
        aino = await enter(stack, site, site.played.facilitator, 1280, 900)
        faults = listen(aino)
        await aino.wait_for_selector(".room")
        eero = await enter(stack, site, people["Eero Mäkelä"], 390, 400)
        await admit(aino, eero)
        helmi = await enter(stack, site, people["Helmi Korhonen"], 390, 400)
        await admit(aino, helmi)
        await aino.wait_for_selector(":nth-match(.tile.has-frame:not(.mine), 2)")

        await aino.click(".tile:not(.mine):has-text('Eero') .tile-pin")
        await becomes(eero, SENT, "hlm")
        await becomes(helmi, SENT, "l")
        await becomes(aino, SENT, "l")
        await check(aino)
        await take(aino, "room_enlarged-1280", whole=False)

        await aino.click(".tile:not(.mine):has-text('Eero') .tile-pin")
        await aino.set_viewport_size({"width": 390, "height": 400})
        await becomes(eero, SENT, "l")
        await becomes(aino, RECEIVED, 180)
        assert not faults
