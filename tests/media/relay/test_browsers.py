"""Real browsers in one room: Chromium and Firefox number their payload types differently."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.async_api import async_playwright

from media.relay.room import Published
from tests.fixtures.firefox import firefox
from tests.fixtures.peers import Stage

pytestmark = pytest.mark.browser

SCRIPT = (Path(__file__).parents[2] / "fixtures" / "peer.js").read_text()
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]


class Tab(Protocol):
    async def evaluate(self, expression: str) -> Any: ...


class Browser:
    def __init__(self, stage: Stage, name: str, tab: Tab) -> None:
        self.room = stage.room
        self.name = name
        self.tab = tab

    async def publish(self, expression: str = "peer.offer()") -> Published:
        offer = await self.tab.evaluate(expression)
        published = await self.room.publish(self.name, offer["sdp"], offer["sources"])
        await self.tab.evaluate(f"peer.answered({json.dumps(published.answer)})")
        return published

    async def receive(self) -> None:
        offer = self.room.offer_downlink(self.name)
        if offer is not None:
            answer = await self.tab.evaluate(f"peer.answer({json.dumps(offer.sdp)})")
            await self.room.answer_downlink(self.name, answer)

    async def until(self, expression: str) -> None:
        try:
            async with asyncio.timeout(30):
                while not await self.tab.evaluate(expression):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            states = await self.tab.evaluate("peer.states()")
            raise AssertionError(f"never true in {self.name}: {expression} ({states})") from None


@pytest.fixture
async def page_url() -> AsyncIterator[str]:
    """An empty page on loopback: cameras are for secure contexts only."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        page = b"<!doctype html><title>peer</title><body></body>"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(page) + page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()


@pytest.fixture
async def chromium(page_url: str) -> AsyncIterator[Tab]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS
        )
        page = await browser.new_page()
        await page.goto(page_url)
        await page.evaluate(SCRIPT)
        yield page
        await browser.close()


async def test_chromium_and_aiortc_see_and_hear_each_other(stage: Stage, chromium: Tab) -> None:
    alice, bob = Browser(stage, "alice", chromium), stage.peer("bob")

    await alice.publish()
    await bob.publish("microphone", "camera")
    await alice.receive()
    await bob.receive()

    await alice.until("peer.decoded().then((n) => n > 10)")
    await alice.until("peer.heard().then((n) => n > 25)")
    assert await alice.tab.evaluate("peer.lost()") == 0
    async with asyncio.timeout(15):
        while bob.frames.get("video", 0) < 5 or bob.frames.get("audio", 0) < 25:
            await asyncio.sleep(0.05)


async def test_chromium_restarts_ice_without_a_second_of_silence(
    stage: Stage, chromium: Tab
) -> None:
    alice, bob = Browser(stage, "alice", chromium), stage.peer("bob")
    first = await alice.publish()
    await bob.receive()
    async with asyncio.timeout(15):
        while bob.frames.get("video", 0) < 5:
            await asyncio.sleep(0.05)

    again = await alice.publish("peer.again({ iceRestart: true })")

    assert again.publications == first.publications
    assert again.answer.split("a=ice-pwd:")[1][:32] != first.answer.split("a=ice-pwd:")[1][:32]
    seen = bob.frames["video"]
    async with asyncio.timeout(15):
        while bob.frames["video"] < seen + 20:
            await asyncio.sleep(0.05)


async def test_chromium_and_firefox_in_one_room(
    stage: Stage, chromium: Tab, page_url: str, tmp_path: Path
) -> None:
    async with firefox(tmp_path / "profile") as tab:
        await tab.goto(page_url)
        await tab.evaluate(f"(() => {{ {SCRIPT}; return true }})()")
        alice, bob = Browser(stage, "alice", chromium), Browser(stage, "bob", tab)

        await alice.publish()
        await bob.publish()
        await alice.receive()
        await bob.receive()

        for browser in (alice, bob):
            await browser.until("peer.decoded().then((n) => n > 10)")
            await browser.until("peer.heard().then((n) => n > 25)")
        numbers = {p.codec.payload_type for p in stage.room.publications.values()}
        assert len(numbers) == 4, "the two browsers were expected to number differently"
