"""A relay on loopback and a room in it, once with each packet path."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.relay import Relay
from media.tape.format import TapeOrder
from tests.fixtures.paths import in_c
from tests.fixtures.peers import Stage
from tests.fixtures.tabs import chromium, open_tab, page_url

__all__ = ["chromium", "in_c", "open_tab", "page_url"]


@pytest.fixture
async def relay(in_c: bool) -> AsyncIterator[Relay]:
    relay = await Relay.open(RelaySettings(udp_port=0, native=in_c), Clock.capture())
    yield relay
    await relay.close()


@pytest.fixture
async def stage(relay: Relay) -> AsyncIterator[Stage]:
    stage = Stage(relay)
    yield stage
    for peer in stage.peers:
        await peer.close()


@pytest.fixture
def order(tmp_path: Path) -> TapeOrder:
    return TapeOrder(
        path=tmp_path / "alice.tape",
        tape_id="tape",
        meeting_id="meeting",
        participant_id="alice",
        publication_id="publication",
        source="microphone",
        consent_id="consent",
        key_id="key",
        data_key=bytes(32),
    )
