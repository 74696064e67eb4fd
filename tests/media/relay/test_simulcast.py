"""A camera in three sizes: each receiver gets the one its screen shows, and sees no seam."""

import asyncio
from pathlib import Path

import pytest

from media.relay.publication import Publication
from media.relay.view import Tile, View
from tests.fixtures.firefox import firefox
from tests.fixtures.peers import Stage, until
from tests.fixtures.tabs import SCRIPT, Browser, OpenTab, Tab

pytestmark = pytest.mark.browser

CAMERA = "{ width: 1280, height: 720, frameRate: 15 }"
LAYERS = """[
  { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 100_000 },
  { rid: "m", scaleResolutionDownBy: 2, maxBitrate: 300_000 },
  { rid: "h", scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
]"""
OFFER = f"peer.offer({CAMERA}, {LAYERS})"
LONGEST_PAUSE_MS = 500


async def camera(stage: Stage, browser: Browser) -> Publication:
    """Publishes in three sizes; returns once all three arrive."""
    published = await browser.publish(OFFER)
    id = next(i.id for i in published.publications.values() if i.source == "camera")
    publication = stage.room.publications[id]
    assert publication.rids == ("l", "m", "h")
    await until(lambda: all(layer.meter.bps for layer in publication.layers), "three sizes")
    return publication


async def look_at_each_size(stage: Stage, camera: Publication, viewer: Browser) -> None:
    """Small, larger, large and small again, without a pause of the picture."""
    await viewer.receive()
    await viewer.until("peer.decoded().then((n) => n > 10)")
    await asyncio.sleep(2)  # until sound and picture have found their common delay
    await viewer.tab.evaluate("peer.pause()")
    for tile, picture in [(150, 180), (360, 360), (720, 720), (90, 180), (1080, 720)]:
        stage.room.set_view(viewer.name, View({camera.id: Tile(tile)}))
        await viewer.until(f"peer.height().then((height) => height === {picture})")
        await asyncio.sleep(0.7)
    pause = await viewer.tab.evaluate("peer.pause()")
    assert pause < LONGEST_PAUSE_MS
    assert await viewer.tab.evaluate("peer.lost()") == 0


async def test_each_size_of_chromium_s_camera_in_chromium(stage: Stage, open_tab: OpenTab) -> None:
    alice, bob = [Browser(stage, name, await open_tab()) for name in ("alice", "bob")]
    await look_at_each_size(stage, await camera(stage, alice), bob)


@pytest.mark.thorough
async def test_each_size_of_firefox_s_camera_in_chromium_and_the_other_way_round(
    stage: Stage, chromium: Tab, page_url: str, tmp_path: Path
) -> None:
    async with firefox(tmp_path / "profile") as tab:
        await tab.goto(page_url)
        await tab.evaluate(f"(() => {{ {SCRIPT}; return true }})()")
        alice, bob = Browser(stage, "alice", chromium), Browser(stage, "bob", tab)
        of_bob = await camera(stage, bob)
        await look_at_each_size(stage, of_bob, alice)
        of_alice = await camera(stage, alice)
        await look_at_each_size(stage, of_alice, bob)


async def test_a_picture_nobody_looks_at_rests_and_comes_back(
    stage: Stage, open_tab: OpenTab
) -> None:
    alice, bob = [Browser(stage, name, await open_tab()) for name in ("alice", "bob")]
    of_alice = await camera(stage, alice)
    await bob.receive()
    await bob.until("peer.decoded().then((n) => n > 10)")
    (subscription,) = of_alice.subscriptions

    stage.room.set_view("bob", View({of_alice.id: Tile(0)}))
    await until(lambda: subscription.layer is None, "the rest")
    sent = subscription.outlet.packets
    await asyncio.sleep(0.5)
    assert subscription.outlet.packets == sent

    decoded = await bob.tab.evaluate("peer.decoded()")
    stage.room.set_view("bob", View({of_alice.id: Tile(720)}))
    await bob.until(f"peer.decoded().then((n) => n > {decoded + 10})")
    assert await bob.tab.evaluate("peer.height()") == 720
