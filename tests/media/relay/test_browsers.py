"""Real browsers in one room: Chromium and Firefox number their payload types differently."""

import asyncio
from pathlib import Path

import pytest

from tests.fixtures.firefox import firefox
from tests.fixtures.peers import Stage
from tests.fixtures.tabs import SCRIPT, Browser, Tab

pytestmark = pytest.mark.browser


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
