"""What the relay knows of each participant's connections, over a line that loses packets."""

import asyncio

import pytest

from media.clock import Clock
from media.relay.quality import Look, Quality
from media.relay.relay import Relay
from tests.fixtures.impairment import Middleman
from tests.fixtures.peers import Stage, until
from tests.fixtures.tabs import Browser, OpenTab

pytestmark = pytest.mark.timeout(120)

LOSS = 0.12


async def later(look: Look, clock: Clock, seconds: float) -> dict[str, Quality]:
    """What is told of so many seconds."""
    look.take(clock.now())
    await asyncio.sleep(seconds)
    return look.take(clock.now())


async def test_two_peers_on_a_clean_line(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    published = await alice.publish("microphone", "camera")
    await bob.publish("microphone")
    await bob.receive()
    await bob.gets("video", 10)
    look = Look(stage.room)

    told = await later(look, Clock.capture(), 3)

    of = {sent.source: sent for sent in told["alice"].sent}
    assert set(of) == {"microphone", "camera"}
    assert of["microphone"].expected == pytest.approx(150, abs=15)
    assert (of["microphone"].lost, of["camera"].lost, of["camera"].missing) == (0, 0, 0)
    assert of["camera"].bps > 20_000
    assert of["camera"].jitter_ms is not None
    camera = next(p.id for p in published.publications.values() if p.source == "camera")
    assert told["bob"].received.given == {camera: 0}
    assert told["bob"].received.resting == frozenset()
    assert told["bob"].received.estimate_bps is None, "aiortc gives no feedback"
    assert told["alice"].received == type(told["alice"].received)()


async def test_a_receivers_own_reports_give_round_trip_and_losses(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    await alice.publish("microphone")
    await bob.receive()
    look = Look(stage.room)
    clock = Clock.capture()

    def heard() -> bool:
        rtt_ms = look.take(clock.now())["bob"].received.rtt_ms
        return rtt_ms is not None and 0 <= rtt_ms < 500

    await until(heard, "a round trip")


async def test_who_has_left_is_not_told_of(stage: Stage) -> None:
    alice = stage.peer("alice")
    await alice.publish("microphone")
    look = Look(stage.room)
    assert set(look.take(0.0)) == {"alice"}

    stage.room.leave("alice")

    assert look.take(1.0) == {}


@pytest.mark.browser
async def test_what_is_lost_is_told_of_the_one_whose_line_loses_it(
    stage: Stage, relay: Relay, open_tab: OpenTab
) -> None:
    network = Middleman(("127.0.0.1", relay.port), 1)
    network.up.loss = LOSS
    alice = Browser(stage, "alice", await open_tab(), network)
    bob = Browser(stage, "bob", await open_tab())
    await alice.publish()
    await bob.publish()
    await alice.receive()
    await bob.receive()
    await bob.until("peer.decoded().then((n) => n > 30)")

    told = await later(Look(stage.room), Clock.capture(), 8)

    network.close()
    for sent in told["alice"].sent:
        assert sent.lost / sent.expected == pytest.approx(LOSS, abs=0.05), sent
        assert sent.missing < 0.3 * sent.lost, "most of it is repaired"
    assert all(sent.lost <= 0.01 * sent.expected for sent in told["bob"].sent)
    for name in ("alice", "bob"):
        received = told[name].received
        assert received.expected > 100
        assert received.lost <= 0.01 * received.expected
        assert received.estimate_bps is not None
