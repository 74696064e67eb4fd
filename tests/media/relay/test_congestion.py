"""The sender's own congestion control runs on what the relay tells it."""

import asyncio

import pytest

from tests.fixtures.peers import Stage, until
from tests.fixtures.tabs import Browser, Tab

pytestmark = pytest.mark.browser

NOISE = "{noise: true, width: 480, height: 270, frameRate: 30}"


async def test_a_browser_on_a_clean_path_soon_sends_what_it_may(
    stage: Stage, chromium: Tab
) -> None:
    alice, bob = Browser(stage, "alice", chromium), stage.peer("bob")
    await alice.publish(f"peer.offer({NOISE}, [{{maxBitrate: 1_400_000}}])")
    await bob.receive()
    await until(lambda: bob.frames.get("video"), "the first picture")

    fastest = 0.0
    before = await chromium.evaluate("peer.sent()")
    for _ in range(5):
        await asyncio.sleep(1)
        sent = await chromium.evaluate("peer.sent()")
        fastest = max(fastest, (sent - before) * 8)
        before = sent

    assert fastest > 1_200_000, f"{fastest / 1000:.0f} kbit/s after 5 s"
    assert await chromium.evaluate("peer.believed()") > 1_200_000
