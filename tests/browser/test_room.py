"""The room, with people in it: real browsers, the real node, Chromium's fake camera."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from playwright.async_api import Page, expect

from app.accounts.models import User
from signalling import node
from tests.browser.conftest import Site
from tests.browser.test_pages import check, listen, take

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@asynccontextmanager
async def hosting(site: Site) -> AsyncIterator[None]:
    """A media node beside the application."""
    stop = asyncio.Event()
    task = asyncio.create_task(node.run(site.settings, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def enter(
    stack: AsyncExitStack, site: Site, user: User, width: int = 1280, height: int = 800
) -> Page:
    context = await stack.enter_async_context(site.visitor(user, width=width, height=height))
    page = await context.new_page()
    await page.goto(f"{site.url}/meetings/{site.played.open_meeting}")
    await page.wait_for_selector(".lobby-picture video:not([hidden])")
    await page.click("[data-action=join]")
    return page


async def test_a_meeting_from_the_lobby_to_the_end(site: Site) -> None:
    people = site.played.people
    async with hosting(site), AsyncExitStack() as stack:
        aino = await enter(stack, site, site.played.facilitator)
        faults = listen(aino)
        await aino.wait_for_selector(".room")
        eero = await enter(stack, site, people["Eero Mäkelä"], 390, 844)
        await eero.wait_for_selector(".lobby.waiting")
        await take(eero, "waiting-390")
        await aino.click("[data-action=door]")
        await check(aino)
        await take(aino, "room_door-1280", whole=False)
        await admit(aino, eero)
        others = []
        for name in ("Helmi Korhonen", "Olavi Nieminen", "Saga Lindqvist"):
            others.append(await enter(stack, site, people[name], 640, 400))
            await admit(aino, others[-1])
        await aino.wait_for_selector(":nth-match(.tile.has-frame:not(.mine), 4)")
        await say(others[0], "Moi kaikille! Kuuluuko?")
        await say(others[1], "Kuuluu hyvin.")
        await aino.click("[data-action=chat]")
        await check(aino)
        await take(aino, "room_chat-1280", whole=False)
        await aino.click("[data-action=chat]")

        await aino.click("[data-action=record]")
        await take(aino, "room_record-1280", whole=False)
        await aino.click("[data-choice=start]")
        for page in (aino, eero):
            await page.wait_for_selector(".recording.on")
        await others[2].click(".room [data-action=camera]")
        await others[1].click(".room [data-action=hand]")
        await aino.wait_for_selector(".tile:not(.has-picture)")
        await aino.wait_for_selector(".tile-hand:not([hidden])")
        await check(aino)
        await check(eero)
        await take(aino, "room-1280", whole=False)
        await take(eero, "room-390", whole=False)

        await eero.click("[data-action=consent]")
        await eero.click("dialog [data-purpose=video] label:last-child")
        no_picture = aino.locator(".tile-recording", has_text=re.compile(r"^ääni \+ viestit$"))
        await expect(no_picture).to_be_visible()
        await check(eero)
        await take(eero, "room_consent-390", whole=False)
        await eero.click("dialog form > .buttons button")

        await aino.click("[data-action=leave]")
        await take(aino, "room_leave-1280", whole=False)
        await aino.click("[data-choice=end]")
        for page in (aino, eero, *others):
            await page.wait_for_selector(".farewell[data-ending=ended]")
        await take(eero, "farewell-390")
        assert not faults


async def admit(facilitator: Page, newcomer: Page) -> None:
    if not await facilitator.is_visible(".people"):
        await facilitator.click(".tool-people")
    await facilitator.click(".door [data-action=admit]")
    await newcomer.wait_for_selector(".room .tile.has-frame:not(.mine)")


async def say(page: Page, text: str) -> None:
    await page.click("[data-action=chat]")
    await page.fill("#chat-text", text)
    await page.press("#chat-text", "Enter")
    await page.wait_for_selector(f"text={text}")
    await page.click("[data-action=chat]")
