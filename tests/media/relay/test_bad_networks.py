"""A conversation goes on when the network does not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from media.relay.relay import Relay
from media.relay.view import Tile, View
from tests.fixtures.impairment import Middleman
from tests.fixtures.peers import Stage
from tests.fixtures.tabs import Browser, OpenTab, Tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SEED = 20261123
PICTURE = "peer.offer({ width: 640, height: 360, frameRate: 30 })"
LAYERS = """[{ rid: "l", scaleResolutionDownBy: 2, maxBitrate: 100_000 },
             { rid: "m", maxBitrate: 350_000 }]"""
LAYERED = f"peer.offer({{ width: 640, height: 360, frameRate: 15 }}, {LAYERS})"
FULL = 360

NewNetwork = Callable[[], Middleman]


@dataclass
class Reception:
    """What a tab received between two readings."""

    concealed: float
    """Share of audio that was made up."""
    frozen: float
    """Share of time in which a picture stood still."""
    pictures: float
    """Each second."""


async def reception(tab: Tab, seconds: float) -> Reception:
    before = await tab.evaluate("peer.received()")
    await asyncio.sleep(seconds)
    after = await tab.evaluate("peer.received()")
    change = {name: after[name] - before[name] for name in before}
    return Reception(
        change["concealed"] / change["heard"],
        change["frozen"] / change["at"],
        change["decoded"] / change["at"],
    )


@pytest.fixture
async def new_network(relay: Relay) -> AsyncIterator[NewNetwork]:
    made: list[Middleman] = []

    def new() -> Middleman:
        made.append(Middleman(("127.0.0.1", relay.port), SEED + len(made)))
        return made[-1]

    yield new
    for network in made:
        network.close()


async def two(stage: Stage, open_tab: OpenTab, new_network: NewNetwork) -> tuple[Browser, ...]:
    """Alice, who sends, and Bob, who receives, each behind a network of their own."""
    alice = Browser(stage, "alice", await open_tab(), new_network())
    bob = Browser(stage, "bob", await open_tab(), new_network())
    for person in (alice, bob):
        assert person.network is not None
        person.network.everywhere(delay_s=0.02, jitter_s=0.01)
    await alice.publish(PICTURE)
    await bob.receive()
    await bob.until("peer.decoded().then((n) => n > 30)")
    return alice, bob


@pytest.mark.thorough
@pytest.mark.parametrize("lossy", ["alice", "bob"])
async def test_one_packet_in_twenty_lost_is_hardly_noticed(
    stage: Stage, open_tab: OpenTab, new_network: NewNetwork, lossy: str
) -> None:
    people = await two(stage, open_tab, new_network)

    next(p for p in people if p.name == lossy).network.everywhere(loss=0.05)
    await asyncio.sleep(5)
    received = await reception(people[1].tab, 20)

    assert received.concealed < 0.03
    assert received.frozen < 0.01
    assert received.pictures > 12


@pytest.mark.thorough
async def test_one_packet_in_twenty_lost_on_every_line_is_bearable(
    stage: Stage, open_tab: OpenTab, new_network: NewNetwork
) -> None:
    people = await two(stage, open_tab, new_network)

    for person in people:
        person.network.everywhere(loss=0.05)
    await asyncio.sleep(5)
    received = await reception(people[1].tab, 15)

    assert received.concealed < 0.03
    assert received.frozen < 0.05
    assert received.pictures > 12


@pytest.mark.thorough
async def test_bursts_of_loss_are_over_soon_after_they_are(
    stage: Stage, open_tab: OpenTab, new_network: NewNetwork
) -> None:
    _, bob = await two(stage, open_tab, new_network)

    bob.network.everywhere(burst_loss=0.2)
    await asyncio.sleep(10)
    bob.network.everywhere(burst_loss=0.0)
    await asyncio.sleep(3)
    received = await reception(bob.tab, 3)

    assert received.concealed < 0.01
    assert received.pictures > 12


@pytest.mark.thorough
async def test_a_narrow_line_keeps_the_voices_and_the_speakers_picture(
    stage: Stage, open_tab: OpenTab, new_network: NewNetwork
) -> None:
    bob = Browser(stage, "bob", await open_tab(), new_network())
    names = ["alice", "carol", "dave", "eve", "frank"]
    senders = [Browser(stage, name, await open_tab()) for name in names]
    pictures = {}
    for sender in senders:
        published = await sender.publish(LAYERED)
        of = {p.source: p.id for p in published.publications.values()}
        pictures[sender.name] = of["camera"]
        await sender.tab.evaluate(f"peer.speak({str(sender.name == 'alice').lower()})")
    stage.room.set_view("bob", View({id: Tile(FULL, False) for id in pictures.values()}))
    await bob.receive()
    stage.room.set_view("bob", View({id: Tile(FULL, False) for id in pictures.values()}))
    everything = """peer.pictures().then((all) =>
        Object.values(all).filter((one) => one.height === 360).length === 5)"""
    await bob.until(everything)

    bob.network.everywhere(rate_bps=300_000, delay_s=0.02)
    before = await bob.tab.evaluate("peer.pictures()")
    received = await reception(bob.tab, 15)
    after = await bob.tab.evaluate("peer.pictures()")

    assert received.concealed < 0.03
    speaker = pictures["alice"]
    assert after[speaker]["decoded"] - before[speaker]["decoded"] > 75

    bob.network.everywhere(rate_bps=None)
    async with asyncio.timeout(8):
        while not await bob.tab.evaluate(everything):
            await asyncio.sleep(0.1)
