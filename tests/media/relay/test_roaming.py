"""Another network in the middle of a sentence: the browser is found at its new address."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from media.relay.relay import Relay
from tests.fixtures.impairment import Middleman
from tests.fixtures.peers import Stage
from tests.fixtures.tabs import Browser, OpenTab

pytestmark = pytest.mark.browser

PICTURE = "peer.offer({ width: 320, height: 240, frameRate: 15 })"
WITHIN_S = 5.0


@pytest.fixture
async def network(relay: Relay) -> AsyncIterator[Middleman]:
    network = Middleman(("127.0.0.1", relay.port), 1)
    yield network
    network.close()


async def decoded(browser: Browser) -> int:
    return int(await browser.tab.evaluate("peer.decoded()"))


@pytest.mark.parametrize("roaming", ["alice", "bob"])
async def test_media_goes_on_from_a_new_address(
    stage: Stage, open_tab: OpenTab, network: Middleman, roaming: str
) -> None:
    alice, bob = [
        Browser(stage, name, await open_tab(), network if name == roaming else None)
        for name in ("alice", "bob")
    ]
    await alice.publish(PICTURE)
    await bob.receive()
    await bob.until("peer.decoded().then((n) => n > 10)")

    network.roam()
    await asyncio.sleep(0.5)  # what was on its way has come
    before = await decoded(bob)
    async with asyncio.timeout(WITHIN_S):
        while await decoded(bob) < before + 15:
            await asyncio.sleep(0.1)

    assert await alice.tab.evaluate("peer.states()") == ["connected", "new"]


async def test_a_restart_of_ice_brings_back_what_another_network_lost(
    stage: Stage, open_tab: OpenTab, network: Middleman
) -> None:
    alice, bob = (
        Browser(stage, "alice", await open_tab(), network),
        Browser(stage, "bob", await open_tab()),
    )
    await alice.publish(PICTURE)
    await bob.receive()
    await bob.until("peer.decoded().then((n) => n > 10)")
    kept = set(stage.room.publications)

    network.everywhere(loss=1.0)
    await asyncio.sleep(1.0)
    network.roam()
    network.everywhere(loss=0.0)
    await alice.publish("peer.again({ iceRestart: true })")
    before = await decoded(bob)
    async with asyncio.timeout(WITHIN_S):
        while await decoded(bob) < before + 15:
            await asyncio.sleep(0.1)

    assert set(stage.room.publications) == kept
