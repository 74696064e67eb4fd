"""Chromium whose only way is a real TURN server, with the credentials that we hand out."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.relay import Relay
from signalling.turn import ice_servers
from tests.fixtures.coturn import TurnServer, coturn
from tests.fixtures.peers import Stage
from tests.fixtures.tabs import Browser, OpenTab, open_tab, page_url

__all__ = ["open_tab", "page_url"]
pytestmark = pytest.mark.browser


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    settings = RelaySettings(host="127.0.0.1", udp_port=0)
    relay = await Relay.open(settings, Clock.capture())
    yield Stage(relay)
    await relay.close()


@pytest.fixture
async def turn(tmp_path: Path) -> AsyncIterator[TurnServer]:
    async with coturn(tmp_path) as server:
        yield server


def only_by(turn: TurnServer, way: str, **secret: str) -> dict[str, Any]:
    """The configuration of a peer connection that has no other way."""
    servers = ice_servers(turn.settings(way, **secret), "p-1", int(time.time()))
    return {"iceServers": [s.model_dump() for s in servers], "iceTransportPolicy": "relay"}


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_media_comes_and_goes_through_the_turn_server(
    way: str, stage: Stage, turn: TurnServer, open_tab: OpenTab
) -> None:
    alice = Browser(stage, "alice", await open_tab(only_by(turn, way)))
    bob = Browser(stage, "bob", await open_tab(only_by(turn, way)))

    await alice.publish()
    await bob.publish()
    await alice.receive()
    await bob.receive()

    for one in (alice, bob):
        await one.until("peer.decoded().then((n) => n > 10)")
        await one.until("peer.heard().then((n) => n > 25)")
        assert await one.tab.evaluate("peer.way()") == ["relay", way]


async def test_with_another_secret_the_turn_server_lets_nobody_through(
    stage: Stage, turn: TurnServer, open_tab: OpenTab
) -> None:
    alice = Browser(stage, "alice", await open_tab(only_by(turn, "udp", secret="another")))

    await alice.publish()

    await alice.until("peer.errors().includes(401)")
    assert "connected" not in await alice.tab.evaluate("peer.states()")
    await turn.says("check_stun_auth: Cannot find credentials|incorrect|401")


async def test_the_turn_server_reaches_nobody_but_the_node(
    stage: Stage, tmp_path: Path, open_tab: OpenTab
) -> None:
    """Whoever has a credential cannot send to others through it."""
    async with coturn(tmp_path, peers="198.51.100.1") as turn:
        alice = Browser(stage, "alice", await open_tab(only_by(turn, "udp")))

        await alice.publish()

        await turn.says("CREATE_PERMISSION processed, error 403|peer IP 127.0.0.1 denied")
        assert "connected" not in await alice.tab.evaluate("peer.states()")
